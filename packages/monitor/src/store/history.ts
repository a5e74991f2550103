import { sql } from 'kysely';

import { buildTimeline } from '../evaluate/status.ts';
import type { Rollup, TimelineSegment } from '../model.ts';
import type { StoreContext } from './context.ts';
import { cutPage, pageLimit, readTimeCursor, timeCursor } from './paging.ts';
import { toFlip, toPing, toRun } from './rows.ts';
import type { FlipTable, PingTable, RunTable } from './schema.ts';
import type { HistoryQuery, Page, Store } from './store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The part of the store that reads what happened. */
export type HistoryPart = Pick<
  Store,
  'listFlips' | 'listRuns' | 'listPings' | 'timeline' | 'listRollups' | 'listOutages'
>;

/** Makes that part. */
export const createHistoryPart = (context: StoreContext): HistoryPart => ({
  listFlips: async (query) => {
    const page = await readPage<FlipTable & { key: string }>(context, query, {
      table: 'flips',
      time: 'at_ms',
      name: 'id',
    });
    return { ...page, items: page.items.map((row) => toFlip(row, row.key)) };
  },
  listRuns: async (query) => {
    const page = await readPage<RunTable>(context, query, {
      table: 'runs',
      time: 'seen_ms',
      name: 'run_id',
    });
    return { ...page, items: page.items.map(toRun) };
  },
  listPings: async (query) => {
    const page = await readPage<PingTable>(context, query, {
      table: 'pings',
      time: 'timestamp_ms',
      name: 'ping_id',
    });
    return { ...page, items: page.items.map(toPing) };
  },
  timeline: (monitorId, fromMs, toMs) => readTimeline(context, monitorId, fromMs, toMs),
  listRollups: (monitorId, span, fromMs, toMs) =>
    listRollups(context, monitorId, span, fromMs, toMs),
  listOutages: (fromMs, toMs) => listOutages(context, fromMs, toMs),
});

interface HistoryTable {
  readonly table: 'flips' | 'runs' | 'pings';
  readonly time: string;
  readonly name: string;
}

/** One page of a table that is ordered by a time, newest first, with the monitor's key. */
const readPage = async <Row extends object>(
  context: StoreContext,
  query: HistoryQuery,
  { table, time, name }: HistoryTable,
): Promise<Page<Row>> => {
  const limit = pageLimit(query);
  const timeColumn = sql.ref(`${table}.${time}`);
  const nameColumn = sql.ref(`${table}.${name}`);
  const conditions = [sql`1 = 1`];
  if (query.monitorId !== undefined)
    conditions.push(sql`${sql.ref(`${table}.monitor_id`)} = ${query.monitorId}`);
  if (query.fromMs !== undefined) conditions.push(sql`${timeColumn} >= ${query.fromMs}`);
  if (query.toMs !== undefined) conditions.push(sql`${timeColumn} < ${query.toMs}`);
  const cursor = readTimeCursor(query.cursor);
  if (cursor !== null) {
    conditions.push(sql`${timeColumn} <= ${cursor.timeMs}`);
    conditions.push(sql`(${timeColumn} < ${cursor.timeMs} or ${nameColumn} < ${cursor.name})`);
  }
  const rows = await sql<Row & Record<string, unknown>>`
    select ${sql.table(table)}.*, monitors.key as key from ${sql.table(table)}
    join monitors on monitors.id = ${sql.ref(`${table}.monitor_id`)}
    where ${sql.join(conditions, sql` and `)}
    order by ${timeColumn} desc, ${nameColumn} desc limit ${limit + 1}`.execute(context.read);
  return cutPage(rows.rows, limit, (row) => timeCursor(Number(row[time]), String(row[name])));
};

const readTimeline = async (
  context: StoreContext,
  monitorId: string,
  fromMs: number,
  toMs: number,
): Promise<readonly TimelineSegment[]> => {
  const monitor = await context.read
    .selectFrom('monitors')
    .select(['key', 'created_ms'])
    .where('id', '=', monitorId)
    .executeTakeFirst();
  if (monitor === undefined) return [];
  const flips = () =>
    context.read
      .selectFrom('flips')
      .selectAll()
      .where('monitor_id', '=', monitorId)
      .where('voided_ms', 'is', null);
  const before = await flips()
    .where('at_ms', '<', fromMs)
    .orderBy('at_ms', 'desc')
    .orderBy('recorded_ms', 'desc')
    .limit(1)
    .execute();
  const within = await flips()
    .where('at_ms', '>=', fromMs)
    .where('at_ms', '<', toMs)
    .orderBy('at_ms')
    .orderBy('recorded_ms')
    .limit(5000)
    .execute();
  const rows = [...before, ...within].map((row) => toFlip(row, monitor.key));
  return buildTimeline(
    monitor.created_ms,
    rows,
    await listOutages(context, fromMs, toMs),
    fromMs,
    toMs,
  );
};

const listOutages = async (context: StoreContext, fromMs: number, toMs: number) => {
  const rows = await context.read
    .selectFrom('outages')
    .selectAll()
    .where('to_ms', '>', fromMs)
    .where('from_ms', '<', toMs)
    .orderBy('from_ms')
    .execute();
  return rows.map((row) => ({ fromMs: row.from_ms, toMs: row.to_ms }));
};

/** Hours are added up to days here as long as they are kept; the older days were stored by the roll-up. */
const listRollups = async (
  context: StoreContext,
  monitorId: string,
  span: 'hour' | 'day',
  fromMs: number,
  toMs: number,
): Promise<readonly Rollup[]> => {
  const bucket = span === 'hour' ? sql`bucket_ms` : sql`bucket_ms - bucket_ms % ${sql.lit(dayMs)}`;
  const spans = span === 'hour' ? sql`span_ms = ${hourMs}` : sql`span_ms in (${hourMs}, ${dayMs})`;
  const rows = await sql<Record<keyof Rollup, number>>`
    select ${bucket} as "bucketMs", sum(pings) as pings, sum(successes) as successes, sum(fails) as fails,
      sum(duration_sum_ms) as "durationSumMs", sum(duration_count) as "durationCount",
      max(duration_max_ms) as "durationMaxMs", sum(down_ms) as "downMs"
    from rollups where monitor_id = ${monitorId} and ${spans} and bucket_ms >= ${fromMs} and bucket_ms < ${toMs}
    group by 1 order by 1`.execute(context.read);
  return rows.rows.map((row) => ({
    bucketMs: row.bucketMs,
    pings: row.pings,
    successes: row.successes,
    fails: row.fails,
    durationSumMs: row.durationSumMs,
    durationCount: row.durationCount,
    durationMaxMs: row.durationMaxMs,
    downMs: row.downMs,
  }));
};
