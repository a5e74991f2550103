import { afterEach, beforeEach } from 'vitest';

import type { IncomingPing, PingState } from '../../src/model.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { IngestItem, Store } from '../../src/store/store.ts';
import type { TestDatabase } from '../databases.ts';

export const minute = 60_000;
export const hour: number = 60 * minute;
export const day: number = 24 * hour;
export const t0: number = Date.UTC(2026, 0, 1);

let ids = 0;

/** A ping for a monitor, with an id of its own. */
export const item = (
  key: string,
  state: PingState,
  timestampMs: number,
  more: Partial<IncomingPing> = {},
  create = false,
): IngestItem => ({
  monitor: { by: 'key', value: key },
  create,
  ping: {
    id: `ping-${(ids += 1)}`,
    state,
    timestampMs,
    receivedMs: timestampMs,
    dialect: 'test',
    ...more,
  },
});

/** A store that is fresh in every test. */
export interface StoreFixture {
  readonly store: Store;
  /** Closes the store and opens it again, as a restart does. */
  reopen(): Promise<void>;
  /** Declares a monitor with an interval (default 5 minutes) and a grace of a minute. */
  declare(key: string, intervalMs?: number): ReturnType<Store['putMonitor']>;
  statuses(items: readonly IngestItem[]): Promise<string[]>;
  /** Every flip as `key from>to`, oldest first. */
  flipPath(): Promise<string[]>;
}

/** Opens a store before each test and takes it away afterwards. */
export const useStore = (create: () => Promise<TestDatabase>): StoreFixture => {
  let database: TestDatabase;
  let store: Store;
  beforeEach(async () => {
    database = await create();
    store = await openStore(database.options);
  });
  afterEach(async () => {
    await store.close();
    await database.remove();
  });
  return {
    get store() {
      return store;
    },
    reopen: async () => {
      await store.close();
      store = await openStore(database.options);
    },
    declare: (key, intervalMs = 5 * minute) => {
      const schedule = { kind: 'interval', intervalMs } as const;
      return store.putMonitor(key, { schedule, graceMs: minute }, 'api', t0);
    },
    statuses: async (items) => (await store.ingest(items)).map((result) => result.status),
    flipPath: async () => {
      const { items } = await store.listFlips({});
      return items.map((flip) => `${flip.monitorKey} ${flip.from}>${flip.to}`).toReversed();
    },
  };
};
