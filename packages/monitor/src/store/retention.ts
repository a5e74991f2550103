import { sql } from 'kysely';

import type { StoreContext } from './context.ts';
import type { Retention } from './store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const step = 2000;

/** What is kept when nothing else is said. */
export const defaultRetention: Retention = {
  pingsMs: 30 * dayMs,
  pingsPerMonitor: 10_000,
  runsMs: 90 * dayMs,
  historyMs: 400 * dayMs,
  hourlyMs: 35 * dayMs,
};

/** Deletes what is too old, a few thousand rows at a time so that pings are never kept waiting. @returns how many rows. */
export const prune = async (
  context: StoreContext,
  nowMs: number,
  retention: Retention,
): Promise<number> => {
  await rollUpDays(context, nowMs - retention.hourlyMs);
  const old = [
    ['runs', 'seen_ms', nowMs - retention.runsMs, ''],
    ['flips', 'at_ms', nowMs - retention.historyMs, ''],
    ['deliveries', 'created_ms', nowMs - retention.historyMs, ''],
    ['alerts', 'last_ms', nowMs - retention.historyMs, ''],
    ['outages', 'to_ms', nowMs - retention.historyMs, ''],
    ['rollups', 'bucket_ms', nowMs - retention.historyMs, `span_ms = ${dayMs} and`],
    ['request_rollups', 'bucket_ms', nowMs - retention.hourlyMs, ''],
    ['request_latencies', 'bucket_ms', nowMs - retention.hourlyMs, ''],
  ] as const;
  let deleted = 0;
  for (const [table, column, beforeMs, also] of old) {
    deleted += await deleteInSteps(context, table, `${also} ${column} < ${Math.floor(beforeMs)}`);
  }
  return (
    deleted + (await prunePings(context, nowMs - retention.pingsMs, retention.pingsPerMonitor))
  );
};

const rowName = (context: StoreContext): string => (context.kind === 'sqlite' ? 'rowid' : 'ctid');

const deleteInSteps = async (
  context: StoreContext,
  table: string,
  condition: string,
): Promise<number> => {
  const name = rowName(context);
  let deleted = 0;
  let last = step;
  while (last === step) {
    const result = await sql
      .raw(
        `delete from ${table} where ${name} in (select ${name} from ${table} where ${condition} limit ${step})`,
      )
      .execute(context.write);
    last = Number(result.numAffectedRows ?? 0n);
    deleted += last;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return deleted;
};

/**
 * Deletes a monitor's pings that are too old or too many. Monitor by monitor, because an index over the time of all pings
 * would make storing each of them dearer.
 */
const prunePings = async (
  context: StoreContext,
  beforeMs: number,
  kept: number,
): Promise<number> => {
  const monitors = await context.read
    .selectFrom('monitors')
    .select('id')
    .where('last_ping_ms', 'is not', null)
    .execute();
  let deleted = 0;
  for (const [index, { id }] of monitors.entries()) {
    // a hundred thousand monitors are looked at without keeping any ping waiting
    if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    const edge = await sql<{ timestamp_ms: number }>`
      select timestamp_ms from pings where monitor_id = ${id}
      order by timestamp_ms desc limit 1 offset ${kept - 1}`.execute(context.read);
    const edgeMs = Math.max(Math.floor(beforeMs), edge.rows[0]?.timestamp_ms ?? 0);
    // ids are hexadecimal, so they can stand in the statement
    const name = id.replaceAll(/[^0-9a-f]/g, '');
    const condition = `monitor_id = '${name}' and timestamp_ms < ${edgeMs}`;
    const old = await sql`select 1 from pings where ${sql.raw(condition)} limit 1`.execute(
      context.read,
    );
    if (old.rows.length > 0) deleted += await deleteInSteps(context, 'pings', condition);
  }
  return deleted;
};

/** Hours that are about to go are added up to their day first, in the same transaction. */
const rollUpDays = async (context: StoreContext, beforeMs: number): Promise<void> => {
  const edgeMs = Math.floor(beforeMs / dayMs) * dayMs;
  await context.write.transaction().execute(async (db) => {
    const hours = sql`span_ms = ${sql.lit(hourMs)} and bucket_ms < ${sql.lit(edgeMs)}`;
    const any = await sql`select 1 from rollups where ${hours} limit 1`.execute(db);
    if (any.rows.length === 0) return;
    await sql`insert into rollups (monitor_id, span_ms, bucket_ms, pings, successes, fails, duration_sum_ms,
        duration_count, duration_max_ms, down_ms)
      select monitor_id, ${sql.lit(dayMs)}, bucket_ms - bucket_ms % ${sql.lit(dayMs)}, sum(pings), sum(successes),
        sum(fails), sum(duration_sum_ms), sum(duration_count), max(duration_max_ms), sum(down_ms)
      from rollups where ${hours} group by monitor_id, bucket_ms - bucket_ms % ${sql.lit(dayMs)}
      on conflict (monitor_id, span_ms, bucket_ms) do update set
        pings = rollups.pings + excluded.pings, successes = rollups.successes + excluded.successes,
        fails = rollups.fails + excluded.fails,
        duration_sum_ms = rollups.duration_sum_ms + excluded.duration_sum_ms,
        duration_count = rollups.duration_count + excluded.duration_count,
        duration_max_ms = case when excluded.duration_max_ms > rollups.duration_max_ms
          then excluded.duration_max_ms else rollups.duration_max_ms end,
        down_ms = rollups.down_ms + excluded.down_ms`.execute(db);
    await sql`delete from rollups where ${hours}`.execute(db);
  });
};
