import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Flip } from '../src/model.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import type { TestDatabase } from './databases.ts';
import { createDatabase, createFolder, findPostgres } from './databases.ts';
import { useProgram } from './program.ts';
import type { Receiver } from './receiver.ts';
import { startReceiver } from './receiver.ts';
import { postJson } from './running-monitor.ts';

const count = 300;
const program = useProgram();
const available = await findPostgres();

describe.skipIf(!available)('two monitor processes on one PostgreSQL', () => {
  let database: TestDatabase & { readonly options: { readonly databaseUrl: string } };
  let folder: ReturnType<typeof createFolder>;
  let receiver: Receiver;
  let store: Store;

  beforeEach(async () => {
    database = await createDatabase();
    folder = createFolder();
    receiver = await startReceiver();
    store = await openStore(database.options);
    const schedule = { kind: 'interval', intervalMs: 1000 } as const;
    for (let index = 0; index < count; index += 1) {
      await store.putMonitor(`job-${index}`, { schedule, graceMs: 2000 }, 'api', Date.now());
    }
  });

  afterEach(async () => {
    await store.close();
    await receiver.close();
    await folder.remove();
    await database.remove();
  });

  const serve = () => {
    const config = join(folder.options.dataDir, 'monitors.yaml');
    writeFileSync(config, `channels: { ops: { kind: webhook, url: "${receiver.url}" } }\n`);
    return program.serve(['--database-url', database.options.databaseUrl, '--config', config]);
  };

  const beatAll = async (url: string): Promise<void> => {
    const pings = Array.from({ length: count }, (_, index) => ({
      id: `ping-${index}`,
      key: `job-${index}`,
      state: 'success',
    }));
    expect(await (await postJson(`${url}/api/v1/pings`, { pings })).json()).toMatchObject({
      accepted: count,
    });
  };

  const missed = async (): Promise<Flip[]> => {
    const { items } = await store.listFlips({ limit: 500 });
    return items.filter((flip) => flip.cause === 'missed');
  };

  /** Asks until it is so; what is waited for is done by other processes. */
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('flip each monitor once and alert once for each flip', async () => {
    const servers = await Promise.all([serve(), serve()]);
    await beatAll(servers[0].url);
    await until(() => receiver.received.length >= count);
    for (const { child, ended } of servers) {
      child.kill('SIGTERM');
      await ended;
    }
    expect(new Set((await missed()).map((flip) => flip.monitorKey)).size).toBe(count);
    expect(await missed()).toHaveLength(count);
    expect(receiver.received).toHaveLength(count);
    const { items } = await store.listDeliveries({ limit: 500 });
    expect(items.every((delivery) => delivery.status === 'sent' && delivery.attempts === 1)).toBe(
      true,
    );
  });

  it('flip each monitor once although one of them is killed while it does so', async () => {
    const [victim, survivor] = await Promise.all([serve(), serve()]);
    await beatAll(survivor.url);
    await until(async () => (await missed()).length > 0 || receiver.received.length > 0);
    victim.child.kill('SIGKILL');
    await victim.ended;
    await until(async () => (await missed()).length >= count);
    survivor.child.kill('SIGTERM');
    await survivor.ended;
    expect(new Set((await missed()).map((flip) => flip.monitorKey)).size).toBe(count);
    expect(await missed()).toHaveLength(count);
    // a message that was under way when its process died may come again, but always under the same id
    const told = receiver.received.map(
      ({ body }) => JSON.parse(body) as { id: string; flip: { id: string } },
    );
    const idsOfFlip = new Map(told.map(({ id, flip }) => [flip.id, id]));
    expect(told.every(({ id, flip }) => idsOfFlip.get(flip.id) === id)).toBe(true);
  });
});
