import { sql } from 'kysely';

import { changeSettings, pause, resume } from '../evaluate/elapse.ts';
import type { Transition } from '../evaluate/machine.ts';
import type { MonitorDefinition, MonitorSource, MonitorState, MonitorSummary } from '../model.ts';
import type { StoreContext } from './context.ts';
import { forUpdate } from './context.ts';
import { createDefinition, insertMonitor } from './create-monitors.ts';
import { cutPage, pageLimit } from './paging.ts';
import { definitionColumns, toDefinition, toMachine, toSummary } from './rows.ts';
import type { Executor, MonitorRow } from './schema.ts';
import type { MonitorChange, MonitorQuery, MonitorReference, Page, Store } from './store.ts';
import { noUptime, readUptimes } from './uptime.ts';
import { addTransition, createChanges } from './changes.ts';
import { writeChanges } from './write-changes.ts';

/** The part of the store that is about monitors themselves. */
export type MonitorsPart = Pick<
  Store,
  | 'putMonitor'
  | 'setPaused'
  | 'deleteMonitor'
  | 'listMonitors'
  | 'getMonitor'
  | 'findMonitor'
  | 'countStates'
  | 'listTags'
>;

/** Makes that part. */
export const createMonitorsPart = (context: StoreContext): MonitorsPart => ({
  putMonitor: (key, change, source, nowMs) => putMonitor(context, key, change, source, nowMs),
  setPaused: async (key, paused, nowMs) => {
    const row = await findRow(context.read, 'key', key);
    if (row === undefined) return null;
    return (await putMonitor(context, key, { paused }, row.source, nowMs)).monitor;
  },
  deleteMonitor: (key) => deleteMonitor(context, key),
  listMonitors: (query, nowMs) => listMonitors(context, query, nowMs),
  getMonitor: async (key, nowMs) => {
    const row = await findRow(context.read, 'key', key);
    return row === undefined ? null : summarize(context, row, nowMs);
  },
  findMonitor: async (reference) => {
    const row = await findRow(context.read, referenceColumns[reference.by], reference.value);
    return row === undefined ? null : toDefinition(row);
  },
  countStates: (nowMs) => countStates(context, nowMs),
  listTags: async () => {
    const rows = await context.read
      .selectFrom('monitors')
      .select('tags_json')
      .distinct()
      .where('tags_json', '<>', '[]')
      .execute();
    const tags = new Set(rows.flatMap((row) => JSON.parse(row.tags_json) as string[]));
    return [...tags].toSorted();
  },
});

const referenceColumns = { key: 'key', id: 'id', token: 'ping_token' } as const satisfies Record<
  MonitorReference['by'],
  string
>;

const findRow = (
  db: Executor,
  column: 'key' | 'id' | 'ping_token',
  value: string,
): Promise<MonitorRow | undefined> =>
  db.selectFrom('monitors').selectAll().where(column, '=', value).executeTakeFirst();

const summarize = async (
  context: StoreContext,
  row: MonitorRow,
  nowMs: number,
): Promise<MonitorSummary> => {
  const uptimes = await readUptimes(context, [row], nowMs);
  return toSummary(row, nowMs, uptimes.get(row.id) ?? noUptime);
};

const putMonitor = async (
  context: StoreContext,
  key: string,
  change: MonitorChange,
  source: MonitorSource,
  nowMs: number,
): Promise<{ monitor: MonitorSummary; created: boolean }> => {
  const { paused, ...settings } = change;
  const { row, created, changed } = await context.write.transaction().execute(async (db) => {
    context.cache?.clear();
    const isNew = await insertMonitor(db, createDefinition(key, settings, source, nowMs));
    const before =
      await sql<MonitorRow>`select * from monitors where key = ${key} ${forUpdate(context.kind)}`.execute(
        db,
      );
    const known = before.rows[0];
    if (known === undefined) throw new Error(`monitor ${key} vanished while it was changed`);
    const definition = toDefinition(known);
    const next: MonitorDefinition = { ...definition, ...settings, updatedMs: nowMs };
    const differs =
      JSON.stringify({ ...next, updatedMs: 0 }) !== JSON.stringify({ ...definition, updatedMs: 0 });
    if (!isNew && differs) {
      await db
        .updateTable('monitors')
        .set(definitionColumns(next))
        .where('id', '=', next.id)
        .execute();
    }
    const repaused = paused !== undefined && (known.health === 'paused') !== paused;
    if (differs || repaused) await rejudge(context, db, known, next, paused, nowMs);
    const after = await findRow(db, 'key', key);
    return { row: after ?? known, created: isNew, changed: isNew || differs || repaused };
  });
  if (changed) context.publish([{ type: 'monitor', monitorKey: key, deleted: false }]);
  return { monitor: await summarize(context, row, nowMs), created };
};

/** New settings and the pause change what is waited for. */
const rejudge = async (
  context: StoreContext,
  db: Executor,
  row: MonitorRow,
  settings: MonitorDefinition,
  paused: boolean | undefined,
  nowMs: number,
): Promise<void> => {
  const changes = createChanges();
  const before = toMachine(row);
  const machine = changeSettings(settings, before, nowMs, context.evaluation);
  let transition: Transition = { machine, flips: [], voidedFlipIds: [], runs: [] };
  if (paused === true) transition = pause(machine, nowMs, context.evaluation);
  if (paused === false) transition = resume(settings, machine, nowMs, context.evaluation);
  addTransition(changes, settings, before, transition, nowMs);
  await writeChanges(context, db, changes, nowMs);
};

const deleteMonitor = async (context: StoreContext, key: string): Promise<boolean> => {
  const deleted = await context.write.transaction().execute(async (db) => {
    context.cache?.clear();
    const row = await findRow(db, 'key', key);
    if (row === undefined) return false;
    for (const table of ['pings', 'runs', 'flips', 'rollups', 'deliveries'] as const) {
      await db.deleteFrom(table).where('monitor_id', '=', row.id).execute();
    }
    await db.deleteFrom('monitors').where('id', '=', row.id).execute();
    return true;
  });
  if (deleted) context.publish([{ type: 'monitor', monitorKey: key, deleted: true }]);
  return deleted;
};

/** The SQL form of {@link import('../evaluate/status.ts').statusAt}. */
const stateAt = (nowMs: number) =>
  sql<MonitorState>`case
    when health in ('paused', 'down', 'stuck') then health
    when next_due_ms <= ${nowMs} then (case due_cause when 'stuck' then 'stuck' else 'down' end)
    when open_runs_json <> '[]' then 'running'
    when expected_ms <= ${nowMs} then 'late'
    else health end`;

const listMonitors = async (
  context: StoreContext,
  query: MonitorQuery,
  nowMs: number,
): Promise<Page<MonitorSummary>> => {
  const limit = pageLimit(query);
  let select = context.read
    .selectFrom('monitors')
    .selectAll()
    .orderBy('key')
    .limit(limit + 1);
  if (query.cursor !== undefined) select = select.where('key', '>', query.cursor);
  if (query.states !== undefined && query.states.length > 0) {
    select = select.where(stateAt(nowMs), 'in', query.states);
  }
  if (query.tag !== undefined)
    select = select.where(
      sql<boolean>`tags_json like ${pattern(JSON.stringify(query.tag))} escape '!'`,
    );
  if (query.search !== undefined && query.search !== '') {
    const like = pattern(query.search.toLowerCase());
    select = select.where(
      sql<boolean>`(lower(key) like ${like} escape '!' or lower(name) like ${like} escape '!')`,
    );
  }
  const rows = await select.execute();
  const page = cutPage(rows, limit, (row) => row.key);
  const uptimes = await readUptimes(context, page.items, nowMs);
  return {
    items: page.items.map((row) => toSummary(row, nowMs, uptimes.get(row.id) ?? noUptime)),
    nextCursor: page.nextCursor,
  };
};

/** A part of a text as LIKE takes it. */
const pattern = (text: string): string => `%${text.replaceAll(/[!%_]/g, '!$&')}%`;

const countStates = async (
  context: StoreContext,
  nowMs: number,
): Promise<Record<MonitorState, number>> => {
  const rows = await sql<{ state: MonitorState; total: number }>`
    select ${stateAt(nowMs)} as state, count(*) as total from monitors group by 1`.execute(
    context.read,
  );
  const counts: Record<MonitorState, number> = {
    new: 0,
    up: 0,
    late: 0,
    down: 0,
    running: 0,
    stuck: 0,
    paused: 0,
  };
  for (const row of rows.rows) counts[row.state] = row.total;
  return counts;
};
