import type { EndedRun, Machine } from '../evaluate/machine.ts';
import type { ColumnType } from './context.ts';
import type { DefinitionColumn } from './rows.ts';
import type { MonitorRow } from './schema.ts';

/** Every column of a monitor that its declaration does not hold. */
export type MachineColumn = Exclude<keyof MonitorRow, DefinitionColumn>;

type Value = string | number | null;

/** A run that has ended, packed, because it is written again with every ping; nothing more is said of a success. */
type PackedRun =
  | [endedMs: number, durationMs: number | null]
  | [endedMs: number, durationMs: number | null, state: EndedRun['state'], runId?: string];

const packRun = ({ endedMs, durationMs, state, runId }: EndedRun): string => {
  let packed: PackedRun = [endedMs, durationMs];
  if (runId !== null) packed = [endedMs, durationMs, state, runId];
  else if (state !== 'success') packed = [endedMs, durationMs, state];
  return JSON.stringify(packed);
};

type EndedRuns = Machine['endedRuns'];

/** What was written last of runs that are still known. */
const packedTexts = new WeakMap<EndedRuns, string>();

/** A ping puts one run behind the others and drops the first: the text of those between them is taken over. */
const packRuns = (runs: EndedRuns, before: EndedRuns): string => {
  const known = packedTexts.get(before);
  const [first] = runs;
  const dropped = known === undefined || first === undefined ? -1 : before.indexOf(first);
  const parts: string[] = [];
  let shared = 0;
  if (
    dropped >= 0 &&
    before.every((run, index) => index < dropped || runs[index - dropped] === run)
  ) {
    const start = before.slice(0, dropped).reduce((sum, run) => sum + packRun(run).length + 1, 1);
    parts.push(known?.slice(start, -1) ?? '');
    shared = before.length - dropped;
  }
  for (const run of runs.slice(shared)) parts.push(packRun(run));
  const text = `[${parts.join(',')}]`;
  packedTexts.set(runs, text);
  return text;
};

/** What `ended_runs_json` holds. */
export const unpackRuns = (json: string): readonly EndedRun[] =>
  (JSON.parse(json) as PackedRun[]).map(([endedMs, durationMs, state = 'success', runId]) => ({
    endedMs,
    durationMs,
    state,
    runId: runId ?? null,
  }));

interface Column {
  readonly type: ColumnType;
  readonly read: (machine: Machine, before: Machine) => Value;
  /** What it is made from, where that costs: as long as this is the same, so is the column. */
  readonly from?: (machine: Machine) => unknown;
}

const columns: Readonly<Record<MachineColumn, Column>> = {
  health: { type: 'text', read: (machine) => machine.health },
  health_since_ms: { type: 'bigint', read: (machine) => machine.healthSinceMs },
  error: { type: 'text', read: (machine) => machine.error },
  failure_flip_id: { type: 'text', read: (machine) => machine.failureFlipId },
  last_beat_ms: { type: 'bigint', read: (machine) => machine.lastBeatMs },
  last_end_ms: { type: 'bigint', read: (machine) => machine.lastEndMs },
  last_start_ms: { type: 'bigint', read: (machine) => machine.lastStartMs },
  floor_ms: { type: 'bigint', read: (machine) => machine.floorMs },
  open_runs_json: {
    type: 'text',
    read: (machine) => JSON.stringify(machine.openRuns),
    from: (machine) => machine.openRuns,
  },
  ended_runs_json: {
    type: 'text',
    read: (machine, before) => packRuns(machine.endedRuns, before.endedRuns),
    from: (machine) => machine.endedRuns,
  },
  last_ping_ms: { type: 'bigint', read: (machine) => machine.lastPing?.timestampMs ?? null },
  last_ping_state: { type: 'text', read: (machine) => machine.lastPing?.state ?? null },
  last_ping_message: {
    type: 'text',
    read: (machine) => machine.lastPing?.message?.slice(0, 500) ?? null,
  },
  last_duration_ms: { type: 'double precision', read: (machine) => machine.lastDurationMs },
  expected_ms: { type: 'bigint', read: (machine) => machine.expectedMs },
  next_due_ms: { type: 'bigint', read: (machine) => machine.deadline?.atMs ?? null },
  due_cause: { type: 'text', read: (machine) => machine.deadline?.cause ?? null },
  due_text: { type: 'text', read: (machine) => machine.deadline?.text ?? null },
};
const columnList = Object.entries(columns) as [MachineColumn, Column][];

/** The columns that hold what is known, with their types for {@link import('./context.ts').manyRows}. */
export const machineColumnTypes: Readonly<Record<MachineColumn, ColumnType>> = Object.fromEntries(
  columnList.map(([name, { type }]) => [name, type]),
) as Readonly<Record<MachineColumn, ColumnType>>;

/** The values of those columns. */
export const machineColumns = (machine: Machine): Pick<MonitorRow, MachineColumn> =>
  Object.fromEntries(
    columnList.map(([name, { read }]) => [name, read(machine, machine)]),
  ) as unknown as Pick<MonitorRow, MachineColumn>;

/** The columns, and their values, that are not what they were: a ping changes a third of them. */
export const changedColumns = (
  before: Machine,
  after: Machine,
): { readonly names: readonly MachineColumn[]; readonly values: readonly Value[] } => {
  const names: MachineColumn[] = [];
  const values: Value[] = [];
  for (const [name, { read, from }] of columnList) {
    const same =
      from === undefined
        ? read(before, before) === read(after, after)
        : from(before) === from(after);
    if (same) continue;
    names.push(name);
    values.push(read(after, before));
  }
  return { names, values };
};
