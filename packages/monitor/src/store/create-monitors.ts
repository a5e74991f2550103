import { randomBytes, randomUUID } from 'node:crypto';

import { createMachine } from '../evaluate/machine.ts';
import type { MonitorDefinition, MonitorSettings, MonitorSource } from '../model.ts';
import type { StoreContext } from './context.ts';
import { machineColumns } from './machine-columns.ts';
import { definitionColumns } from './rows.ts';
import type { Executor } from './schema.ts';
import type { IngestItem } from './store.ts';

/** What a monitor has that nobody said anything about. */
export const defaultSettings: Omit<MonitorSettings, 'name'> = {
  schedule: null,
  graceMs: 60_000,
  maxDurationMs: null,
  minIntervalMs: null,
  tags: [],
  channels: null,
  maintenance: [],
};

/** A new monitor, not yet stored. */
export const createDefinition = (
  key: string,
  settings: Partial<MonitorSettings>,
  source: MonitorSource,
  nowMs: number,
): MonitorDefinition => ({
  ...defaultSettings,
  name: key,
  ...settings,
  id: randomBytes(12).toString('hex'),
  key,
  pingToken: randomUUID(),
  source,
  createdMs: nowMs,
  updatedMs: nowMs,
});

/** Stores a new monitor unless its key is taken. @returns false when it is. */
export const insertMonitor = async (
  db: Executor,
  definition: MonitorDefinition,
): Promise<boolean> => {
  const inserted = await db
    .insertInto('monitors')
    .values({
      ...definitionColumns(definition),
      ...machineColumns(createMachine(definition.createdMs)),
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .execute();
  return inserted.length > 0;
};

/** Creates the monitors that pings asked for. @returns the keys that are new. */
export const createMonitors = async (
  context: StoreContext,
  db: Executor,
  items: readonly IngestItem[],
  nowMs: number,
): Promise<ReadonlySet<string>> => {
  const wanted = new Set<string>();
  for (const item of items)
    if (item.create === true && item.monitor.by === 'key') wanted.add(item.monitor.value);
  const created = new Set<string>();
  for (const key of [...wanted].toSorted()) {
    if (await insertMonitor(db, createDefinition(key, {}, 'ping', nowMs))) created.add(key);
  }
  return created;
};
