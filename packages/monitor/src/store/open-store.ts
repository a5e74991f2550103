import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { MonitorError } from '../errors.ts';
import { Kysely, Migrator, sql } from 'kysely';

import { createScheduleReader } from '../evaluate/schedule.ts';
import { createAlertsPart } from './alerts.ts';
import type { StoreContext } from './context.ts';
import { evaluateDue } from './evaluate-due.ts';
import { createGroupCommit } from './group-commit.ts';
import { createHistoryPart } from './history.ts';
import { ingestGroup } from './ingest.ts';
import { createKeysPart } from './keys.ts';
import { migrationProvider } from './migrations.ts';
import { createMonitorCache } from './monitor-cache.ts';
import { createMonitorsPart } from './monitors.ts';
import { openPostgres } from './postgres.ts';
import { createRequestsPart } from './requests.ts';
import { prune } from './retention.ts';
import type { Executor, Schema } from './schema.ts';
import { createSqliteDialect, openSqliteFile } from './sqlite-dialect.ts';
import type { Store, StoreEvent } from './store.ts';

/** Where the data lies: a folder for SQLite, or the address of a PostgreSQL database. */
export type StoreOptions = { readonly dataDir: string } | { readonly databaseUrl: string };

/** The databases of one store, and how other processes hear of changes. */
export interface Backend {
  readonly kind: Store['kind'];
  readonly write: Executor;
  readonly read: Executor;
  /** Tells other processes. */
  readonly broadcast: (events: readonly StoreEvent[]) => void;
  /** Calls back for changes made by other processes. */
  readonly listen: (listener: (event: StoreEvent) => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a store and brings its tables up to date.
 * @throws MonitorError `ERR_LUBDUB_DATA_DIR` when the folder cannot be written, `ERR_LUBDUB_DATABASE` when the database
 *   cannot be reached.
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const backend =
    'dataDir' in options ? openFolder(options.dataDir) : openPostgres(options.databaseUrl);
  try {
    await migrate(backend);
    return await assemble(backend);
  } catch (error) {
    await backend.close().catch(() => {});
    if (error instanceof MonitorError) throw error;
    const where = 'dataDir' in options ? 'dataDir' : 'databaseUrl';
    throw new MonitorError(
      'ERR_LUBDUB_DATABASE',
      `The database of option "${where}" cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
      { option: where, cause: error },
    );
  }
};

const openFolder = (dataDir: string): Backend => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
    const path = join(dataDir, 'lubdub.db');
    const write = new Kysely<Schema>({
      dialect: createSqliteDialect(openSqliteFile(path, 'write')),
    });
    // a connection of its own: in WAL mode reading never waits for a writer
    const read = new Kysely<Schema>({ dialect: createSqliteDialect(openSqliteFile(path, 'read')) });
    return {
      kind: 'sqlite',
      write,
      read,
      broadcast: () => {},
      listen: () => Promise.resolve(),
      close: async () => {
        await read.destroy();
        await write.destroy();
      },
    };
  } catch (cause) {
    throw new MonitorError(
      'ERR_LUBDUB_DATA_DIR',
      `Option "dataDir" (--data) got ${JSON.stringify(dataDir)}, which cannot be written: ${
        cause instanceof Error ? cause.message : String(cause)
      }. It takes a folder that this process may write to.`,
      { option: 'dataDir', cause },
    );
  }
};

const migrate = async (backend: Backend): Promise<void> => {
  const migrator = new Migrator({ db: backend.write, provider: migrationProvider });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new Error(error instanceof Error ? error.message : 'a migration failed', {
      cause: error,
    });
};

const assemble = async (backend: Backend): Promise<Store> => {
  const listeners = new Set<(event: StoreEvent) => void>();
  const tell = (event: StoreEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const context: StoreContext = {
    kind: backend.kind,
    write: backend.write,
    read: backend.read,
    cache: backend.kind === 'sqlite' ? createMonitorCache() : null,
    evaluation: { schedules: createScheduleReader(), createId: randomUUID },
    publish: (events) => {
      for (const event of events) tell(event);
      backend.broadcast(events);
    },
  };
  await backend.listen(tell);
  const group = createGroupCommit(async (items) => {
    const { results, events } = await ingestGroup(context, items);
    context.publish(events);
    return results;
  });
  return {
    kind: backend.kind,
    ...createMonitorsPart(context),
    ...createHistoryPart(context),
    ...createAlertsPart(context),
    ...createKeysPart(context),
    ...createRequestsPart(context),
    ingest: (items) => (items.length === 0 ? Promise.resolve([]) : group.add(items)),
    evaluate: (nowMs) => evaluateDue(context, nowMs),
    prune: (nowMs, retention) => prune(context, nowMs, retention),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    checkHealth: async () => {
      await sql`select 1`.execute(context.read);
    },
    close: async () => {
      await group.idle();
      await backend.close();
    },
  };
};
