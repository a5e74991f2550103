import { sql } from 'kysely';

import { isFailing } from '../evaluate/machine.ts';
import type { Flip } from '../model.ts';
import type { Changes, RollupRow, RunRow } from './changes.ts';
import type { ColumnType, StoreContext } from './context.ts';
import { insertedRows, manyRows, toBatch } from './context.ts';
import { machineColumns, machineColumnTypes } from './rows.ts';
import type { Executor } from './schema.ts';

const hourMs = 3_600_000;

/** Writes the collection; call it inside a transaction that holds the monitors' rows. */
export const writeChanges = async (
  context: StoreContext,
  db: Executor,
  changes: Changes,
  nowMs: number,
): Promise<void> => {
  await writeMachines(context, db, changes);
  if (changes.voidedFlipIds.length > 0) {
    await db
      .updateTable('flips')
      .set({ voided_ms: nowMs })
      .where('id', 'in', changes.voidedFlipIds)
      .execute();
  }
  await writeFlips(context, db, changes.flips);
  await writeRuns(context, db, [...changes.runs.values()]);
  await writeRollups(context, db, [...changes.rollups.values()]);
};

const writeMachines = async (
  context: StoreContext,
  db: Executor,
  changes: Changes,
): Promise<void> => {
  if (changes.machines.size === 0) return;
  const rows = [...changes.machines].map(([id, machine]) => ({ id, ...machineColumns(machine) }));
  const names = Object.keys(machineColumnTypes);
  if (context.kind === 'sqlite') {
    // SQLite would gather the rows of an UPDATE … FROM in a table before it changes the first
    const [first, ...rest] = names;
    const others = sql.raw(rest.map((name) => `, ${name} = ?`).join(''));
    const batch = toBatch([...names, 'id'], rows);
    await sql`update monitors set ${sql.raw(first ?? '')} = ${batch}${others} where id = ?`.execute(
      db,
    );
    return;
  }
  const source = manyRows(context.kind, { id: 'text', ...machineColumnTypes }, rows);
  const assignments = sql.raw(names.map((name) => `${name} = fresh.${name}`).join(', '));
  await sql`update monitors set ${assignments} from ${source} as fresh where monitors.id = fresh.id`.execute(
    db,
  );
};

const flipTypes: Readonly<Record<string, ColumnType>> = {
  id: 'text',
  monitor_id: 'text',
  at_ms: 'bigint',
  recorded_ms: 'bigint',
  from_health: 'text',
  to_health: 'text',
  cause: 'text',
  text: 'text',
  voided_ms: 'bigint',
  untold: 'bigint',
};

const writeFlips = async (
  context: StoreContext,
  db: Executor,
  flips: readonly Flip[],
): Promise<void> => {
  if (flips.length === 0) return;
  const rows = flips.map((flip) => ({
    id: flip.id,
    monitor_id: flip.monitorId,
    at_ms: flip.atMs,
    recorded_ms: flip.recordedMs,
    from_health: flip.from,
    to_health: flip.to,
    cause: flip.cause,
    text: flip.text,
    voided_ms: null,
    untold: isFailing(flip.to) || isFailing(flip.from) ? 1 : 0,
  }));
  await insertRows(context, db, 'flips', flipTypes, rows, sql``);
};

const runTypes: Readonly<Record<string, ColumnType>> = {
  monitor_id: 'text',
  run_id: 'text',
  state: 'text',
  started_ms: 'bigint',
  ended_ms: 'bigint',
  duration_ms: 'double precision',
  message: 'text',
  exit_code: 'bigint',
  host: 'text',
  environment: 'text',
  seen_ms: 'bigint',
};

const writeRuns = async (
  context: StoreContext,
  db: Executor,
  rows: readonly RunRow[],
): Promise<void> => {
  if (rows.length === 0) return;
  const kept = [
    'started_ms',
    'ended_ms',
    'duration_ms',
    'message',
    'exit_code',
    'host',
    'environment',
  ];
  const merged = sql.raw(
    kept.map((name) => `${name} = coalesce(excluded.${name}, runs.${name})`).join(', '),
  );
  // an end is final: a start, or the judgement that a run is stuck, may arrive after it
  const conflict = sql`on conflict (monitor_id, run_id) do update set ${merged},
    seen_ms = case when excluded.seen_ms > runs.seen_ms then excluded.seen_ms else runs.seen_ms end,
    state = case when runs.state in ('success', 'fail') and excluded.state in ('running', 'stuck', 'lost')
      then runs.state else excluded.state end`;
  await insertRows(context, db, 'runs', runTypes, rows, conflict);
};

const rollupTypes: Readonly<Record<string, ColumnType>> = {
  monitor_id: 'text',
  span_ms: 'bigint',
  bucket_ms: 'bigint',
  pings: 'bigint',
  successes: 'bigint',
  fails: 'bigint',
  duration_sum_ms: 'double precision',
  duration_count: 'bigint',
  duration_max_ms: 'double precision',
  down_ms: 'bigint',
};

const writeRollups = async (
  context: StoreContext,
  db: Executor,
  rows: readonly RollupRow[],
): Promise<void> => {
  if (rows.length === 0) return;
  const summed = ['pings', 'successes', 'fails', 'duration_sum_ms', 'duration_count', 'down_ms'];
  const sums = sql.raw(
    summed.map((name) => `${name} = rollups.${name} + excluded.${name}`).join(', '),
  );
  const conflict = sql`on conflict (monitor_id, span_ms, bucket_ms) do update set ${sums},
    duration_max_ms = case when excluded.duration_max_ms > rollups.duration_max_ms
      then excluded.duration_max_ms else rollups.duration_max_ms end`;
  const spanned = rows.map((row) => ({ ...row, span_ms: hourMs }));
  await insertRows(context, db, 'rollups', rollupTypes, spanned, conflict);
};

/** One INSERT for any number of rows. */
const insertRows = async (
  context: StoreContext,
  db: Executor,
  table: string,
  types: Readonly<Record<string, ColumnType>>,
  rows: readonly object[],
  conflict: ReturnType<typeof sql>,
): Promise<void> => {
  const names = sql.raw(Object.keys(types).join(', '));
  const source = insertedRows(context.kind, types, rows);
  await sql`insert into ${sql.raw(table)} (${names}) ${source} ${conflict}`.execute(db);
};
