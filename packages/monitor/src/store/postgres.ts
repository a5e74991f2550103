import { randomUUID } from 'node:crypto';

import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import type { Backend } from './open-store.ts';
import type { Schema } from './schema.ts';
import type { StoreEvent } from './store.ts';

const channel = 'lubdub_monitor';
/** PostgreSQL refuses notifications of 8,000 bytes. */
const maxNotificationBytes = 7000;
/** `bigint`, and `numeric`, which is what their sums are. */
const numberTypes: readonly number[] = [20, 1700];

const parsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    // every one of them is a time in milliseconds or a counter: exact as a number
    numberTypes.includes(oid)
      ? Number
      : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
};

/** Opens a PostgreSQL database with a pool of ten connections and one that listens. */
export const openPostgres = (databaseUrl: string): Backend => {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    types: parsers,
    application_name: 'lubdub-monitor',
  });
  // an idle connection that breaks is replaced at the next query, which reports what is wrong
  pool.on('error', () => {});
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const self = randomUUID();
  const listening = createListener(databaseUrl, self);
  return {
    kind: 'postgres',
    write: db,
    read: db,
    broadcast: (events) => {
      const payload = toNotification(self, events);
      if (payload === null) return;
      // other processes' pages are a little late then; nothing is lost
      pool.query('select pg_notify($1, $2)', [channel, payload]).catch(() => {});
    },
    listen: listening.listen,
    close: async () => {
      await listening.close();
      await db.destroy();
    },
  };
};

/** Other processes read what changed from the database, so they are told only where to look. */
const toNotification = (self: string, events: readonly StoreEvent[]): string | null => {
  const keys = new Set<string>();
  const others: StoreEvent[] = [];
  for (const event of events) {
    if (event.type === 'ping' || event.type === 'flip') keys.add(event.monitorKey);
    else others.push(event);
  }
  const list: StoreEvent[] = [...others];
  for (const monitorKey of keys) list.push({ type: 'monitor', monitorKey, deleted: false });
  while (list.length > 0) {
    const payload = JSON.stringify({ self, events: list });
    if (Buffer.byteLength(payload) <= maxNotificationBytes) return payload;
    list.length = Math.floor(list.length / 2);
  }
  return null;
};

const createListener = (
  databaseUrl: string,
  self: string,
): { listen: Backend['listen']; close: () => Promise<void> } => {
  let client: pg.Client | null = null;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (listener: (event: StoreEvent) => void): Promise<void> => {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'lubdub-listen',
    });
    const again = (): void => {
      if (closed || client !== fresh) return;
      client = null;
      retry = setTimeout(() => void connect(listener).catch(again), 1000);
      retry.unref();
    };
    client = fresh;
    fresh.on('error', again);
    fresh.on('end', again);
    fresh.on('notification', ({ payload }) => {
      const message = JSON.parse(payload ?? '{}') as { self?: string; events?: StoreEvent[] };
      if (message.self === self) return;
      for (const event of message.events ?? []) listener(event);
    });
    await fresh.connect();
    await fresh.query(`listen ${channel}`);
  };

  return {
    listen: connect,
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
};
