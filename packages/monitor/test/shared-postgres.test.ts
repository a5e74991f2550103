import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { PingState } from '../src/model.ts';
import { openStore } from '../src/store/open-store.ts';
import type { IngestItem, Store, StoreEvent } from '../src/store/store.ts';
import type { TestDatabase } from './databases.ts';
import { createDatabase, findPostgres } from './databases.ts';

const minute = 60_000;
const hour = 60 * minute;
const t0 = Date.UTC(2026, 0, 1);
const available = await findPostgres();

let ids = 0;
const item = (key: string, state: PingState, atMs: number): IngestItem => ({
  monitor: { by: 'key', value: key },
  ping: { id: `ping-${(ids += 1)}`, state, timestampMs: atMs, receivedMs: atMs, dialect: 'test' },
});

describe.skipIf(!available)('two stores on one PostgreSQL database', () => {
  let database: TestDatabase;
  let stores: [Store, Store];

  beforeEach(async () => {
    database = await createDatabase();
    stores = await Promise.all([openStore(database.options), openStore(database.options)]);
  });

  afterEach(async () => {
    for (const store of stores) await store.close();
    await database.remove();
  });

  const declare = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      const schedule = { kind: 'interval', intervalMs: 5 * minute } as const;
      await stores[0].putMonitor(key, { schedule, graceMs: minute }, 'api', t0);
    }
  };

  it('store what both receive at once, whatever the order of the monitors in it', async () => {
    await declare('a', 'b');
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const items = [item('a', 'success', t0 + index), item('b', 'success', t0 + index)];
        return (stores[index % 2] ?? stores[0]).ingest(index % 4 < 2 ? items : items.toReversed());
      }),
    );
    for (const key of ['a', 'b']) {
      const monitor = await stores[1].getMonitor(key, t0);
      const rollups = await stores[0].listRollups(monitor?.id ?? '', 'hour', t0, t0 + hour);
      expect(rollups).toMatchObject([{ successes: 100 }]);
    }
  });

  it('flip each monitor once when both evaluate at the same moment', async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `job-${index}`);
    await declare(...keys);
    await stores[0].ingest(keys.map((key) => item(key, 'success', t0)));
    const found: string[] = [];
    for (let nowMs = t0; nowMs < t0 + 7 * minute; nowMs += 15_000) {
      const results = await Promise.all(stores.map((store) => store.evaluate(nowMs)));
      found.push(...results.flatMap((result) => result.flips.map((flip) => flip.monitorKey)));
    }
    expect(found.toSorted()).toEqual(keys.toSorted());
    const { items } = await stores[0].listFlips({ limit: 500 });
    expect(items.filter((flip) => flip.to === 'down')).toHaveLength(200);
  });

  it('queue and claim each delivery once', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `job-${index}`);
    await declare(...keys);
    await stores[0].ingest(keys.map((key) => item(key, 'fail', t0)));
    const queued = await Promise.all(stores.map((store) => store.queueDeliveries(['mail'], t0)));
    expect(queued.reduce((sum, count) => sum + count)).toBe(50);
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (stores[index % 2] ?? stores[0]).claimDeliveries(t0, minute, 10),
      ),
    );
    const claimed = claims.flat().map((delivery) => delivery.id);
    expect(new Set(claimed).size).toBe(claimed.length);
    const rest = await stores[0].claimDeliveries(t0, minute, 100);
    expect(claimed.length + rest.length).toBe(50);
  });

  it('tell each other what changed', async () => {
    const heard = new Promise<StoreEvent>((resolve) => {
      stores[1].subscribe(resolve);
    });
    await declare('a');
    expect(await heard).toEqual({ type: 'monitor', monitorKey: 'a', deleted: false });
  });
});
