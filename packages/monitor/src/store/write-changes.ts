import { sql } from 'kysely';

import { isFailing } from '../evaluate/machine.ts';
import type { Flip } from '../model.ts';
import type { Changes, RollupRow, RunRow } from './changes.ts';
import type { ColumnType, StoreContext } from './context.ts';
import { insertInto, manyRows, RowBatch } from './context.ts';
import { changedColumns, machineColumns, machineColumnTypes } from './machine-columns.ts';
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
  { machines }: Changes,
): Promise<void> => {
  if (machines.size === 0) return;
  if (context.kind === 'sqlite') {
    await updateMachines(db, machines);
    return;
  }
  const rows = [...machines].map(([id, { after }]) => ({ id, ...machineColumns(after) }));
  const names = Object.keys(machineColumnTypes);
  const source = manyRows(context.kind, { id: 'text', ...machineColumnTypes }, rows);
  const assignments = sql.raw(names.map((name) => `${name} = fresh.${name}`).join(', '));
  await sql`update monitors set ${assignments} from ${source} as fresh where monitors.id = fresh.id`.execute(
    db,
  );
};

/**
 * SQLite would gather the rows of an UPDATE … FROM in a table before it changes the first; and each value handed to it costs,
 * so the same few columns of many monitors are one statement, run for each of them.
 */
const updateMachines = async (db: Executor, machines: Changes['machines']): Promise<void> => {
  const alike = new Map<
    string,
    { readonly names: readonly string[]; readonly rows: unknown[][] }
  >();
  for (const [id, { before, after }] of machines) {
    const { names, values } = changedColumns(before, after);
    if (names.length === 0) continue;
    const shape = names.join(' ');
    let group = alike.get(shape);
    if (group === undefined) alike.set(shape, (group = { names, rows: [] }));
    group.rows.push([...values, id]);
  }
  for (const { names, rows } of alike.values()) {
    const [first, ...rest] = names;
    const others = sql.raw(rest.map((name) => `, ${name} = ?`).join(''));
    await sql`update monitors set ${sql.raw(first ?? '')} = ${new RowBatch(rows)}${others} where id = ?`.execute(
      db,
    );
  }
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
  await insertInto(context.kind, 'flips', flipTypes, rows).execute(db);
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
  await sql`${insertInto(context.kind, 'runs', runTypes, rows)} ${conflict}`.execute(db);
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
  await sql`${insertInto(context.kind, 'rollups', rollupTypes, spanned)} ${conflict}`.execute(db);
};
