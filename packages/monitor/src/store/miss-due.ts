import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

import type { Flip, Health } from '../model.ts';
import type { StoreContext } from './context.ts';
import { skipLocked } from './context.ts';
import type { Executor } from './schema.ts';

interface MissedRow {
  readonly id: string;
  readonly key: string;
  readonly health: Health;
  readonly health_since_ms: number;
  readonly next_due_ms: number;
  readonly due_text: string;
}

/**
 * Flips monitors whose beat is overdue, at most `limit` of them, in one transaction. It needs no arithmetic: time and text were
 * stored with the deadline.
 */
export const missDue = (
  context: StoreContext,
  nowMs: number,
  limit: number,
): Promise<readonly Flip[]> =>
  context.write.transaction().execute(async (db) => {
    const rows = await (context.kind === 'postgres' ? onPostgres : onSqlite)(db, nowMs, limit);
    if (rows.length > 0) context.cache?.clear();
    return rows.map((row) => toFlip(row, nowMs));
  });

const firstDue = (columns: string, nowMs: number, limit: number): RawBuilder<unknown> =>
  sql`select ${sql.raw(columns)} from monitors
    where due_cause = 'missed' and next_due_ms <= ${nowMs} order by next_due_ms limit ${limit}`;
const read = 'id, key, health, health_since_ms, next_due_ms, due_text';

/** One round trip; rows that another process holds are skipped. */
const onPostgres = async (
  db: Executor,
  nowMs: number,
  limit: number,
): Promise<readonly MissedRow[]> => {
  const result = await sql<MissedRow>`
    with due as materialized (${firstDue(read, nowMs, limit)} ${skipLocked('postgres')}),
    told as (${insertFlips(sql`due`, nowMs)}),
    changed as (${markMissed} from due where monitors.id = due.id)
    select * from due`.execute(db);
  return result.rows;
};

/** Nobody else writes, so the same question has the same answer each time. */
const onSqlite = async (
  db: Executor,
  nowMs: number,
  limit: number,
): Promise<readonly MissedRow[]> => {
  const { rows } = await sql<MissedRow>`${firstDue(read, nowMs, limit)}`.execute(db);
  if (rows.length === 0) return rows;
  const chosen = sql`where rowid in (${firstDue('rowid', nowMs, limit)})`;
  await insertFlips(sql`monitors ${chosen}`, nowMs).execute(db);
  await sql`${markMissed} ${chosen}`.execute(db);
  return rows;
};

// the flip's id follows from the deadline, so that the same miss can never be recorded twice
const flipId = (table: string): string => `${table}id || '-' || cast(${table}next_due_ms as text)`;
const atMs = (table: string): string =>
  `case when ${table}next_due_ms > ${table}health_since_ms then ${table}next_due_ms else ${table}health_since_ms end`;

/** By id, which is the order of the indexes on flips: that saves SQLite a third of the work. */
const insertFlips = (source: RawBuilder<unknown>, nowMs: number): RawBuilder<unknown> =>
  sql`insert into flips
    (id, monitor_id, at_ms, recorded_ms, from_health, to_health, cause, text, voided_ms, untold)
    select ${sql.raw(flipId(''))}, id, ${sql.raw(atMs(''))}, cast(${nowMs} as bigint), health, 'down', 'missed',
      due_text, cast(null as bigint), 1
    from ${source} order by id`;

const markMissed =
  sql.raw(`update monitors set failure_flip_id = ${flipId('monitors.')}, health = 'down',
  health_since_ms = ${atMs('monitors.')}, error = monitors.due_text,
  next_due_ms = null, due_cause = null, due_text = null`);

const toFlip = (row: MissedRow, nowMs: number): Flip => ({
  id: `${row.id}-${row.next_due_ms}`,
  monitorId: row.id,
  monitorKey: row.key,
  atMs: Math.max(row.next_due_ms, row.health_since_ms),
  recordedMs: nowMs,
  from: row.health,
  to: 'down',
  cause: 'missed',
  text: row.due_text,
  voidedMs: null,
});
