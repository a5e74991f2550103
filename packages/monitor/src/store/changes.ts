import type { Machine, RunChange, Transition } from '../evaluate/machine.ts';
import { isFailing } from '../evaluate/machine.ts';
import type { Flip, MonitorDefinition, StoredPing } from '../model.ts';

const hourMs = 3_600_000;

/** What one transaction has to write; filled while the machines run, written with one statement per table. */
export interface Changes {
  readonly machines: Map<string, MachineChange>;
  readonly flips: Flip[];
  readonly voidedFlipIds: string[];
  readonly runs: Map<string, RunRow>;
  readonly rollups: Map<string, RollupRow>;
}

/** A machine as the database has it and as it will be. */
export interface MachineChange {
  readonly before: Machine;
  readonly after: Machine;
}

/** A run to insert or merge. */
export interface RunRow {
  monitor_id: string;
  run_id: string;
  state: RunChange['state'];
  started_ms: number | null;
  ended_ms: number | null;
  duration_ms: number | null;
  message: string | null;
  exit_code: number | null;
  host: string | null;
  environment: string | null;
  seen_ms: number;
}

/** Counters to add to an hour. */
export interface RollupRow {
  monitor_id: string;
  bucket_ms: number;
  pings: number;
  successes: number;
  fails: number;
  duration_sum_ms: number;
  duration_count: number;
  duration_max_ms: number;
  down_ms: number;
}

/** An empty collection. */
export const createChanges = (): Changes => ({
  machines: new Map(),
  flips: [],
  voidedFlipIds: [],
  runs: new Map(),
  rollups: new Map(),
});

/**
 * Adds what a ping or the clock did to a monitor. `before` is the machine that it was done to: as the database has it, or as
 * the transition before this one left it.
 */
export const addTransition = (
  changes: Changes,
  monitor: Pick<MonitorDefinition, 'id' | 'key'>,
  before: Machine,
  transition: Transition,
  nowMs: number,
): void => {
  const stored = changes.machines.get(monitor.id)?.before ?? before;
  changes.machines.set(monitor.id, { before: stored, after: transition.machine });
  changes.voidedFlipIds.push(...transition.voidedFlipIds);
  for (const run of transition.runs) addRun(changes, monitor.id, run, nowMs);
  let sinceMs = before.healthSinceMs;
  for (const draft of transition.flips) {
    changes.flips.push({
      ...draft,
      monitorId: monitor.id,
      monitorKey: monitor.key,
      voidedMs: null,
    });
    if (isFailing(draft.from) && transition.voidedFlipIds.length === 0) {
      addDowntime(changes, monitor.id, sinceMs, draft.atMs);
    }
    sinceMs = draft.atMs;
  }
};

const addRun = (changes: Changes, monitorId: string, run: RunChange, nowMs: number): void => {
  const name = `${monitorId} ${run.runId}`;
  const known = changes.runs.get(name);
  const ended = known?.state === 'success' || known?.state === 'fail';
  changes.runs.set(name, {
    monitor_id: monitorId,
    run_id: run.runId,
    state: known !== undefined && ended && run.state === 'running' ? known.state : run.state,
    started_ms: run.startedMs ?? known?.started_ms ?? null,
    ended_ms: run.endedMs ?? known?.ended_ms ?? null,
    duration_ms: run.durationMs ?? known?.duration_ms ?? null,
    message: run.ping?.message ?? known?.message ?? null,
    exit_code: run.ping?.exitCode ?? known?.exit_code ?? null,
    host: run.ping?.host ?? known?.host ?? null,
    environment: run.ping?.environment ?? known?.environment ?? null,
    seen_ms: run.ping?.timestampMs ?? nowMs,
  });
};

const rollupOf = (changes: Changes, monitorId: string, timeMs: number): RollupRow => {
  const bucketMs = Math.floor(timeMs / hourMs) * hourMs;
  const name = `${monitorId} ${bucketMs}`;
  let row = changes.rollups.get(name);
  if (row === undefined) {
    row = {
      monitor_id: monitorId,
      bucket_ms: bucketMs,
      pings: 0,
      successes: 0,
      fails: 0,
      duration_sum_ms: 0,
      duration_count: 0,
      duration_max_ms: 0,
      down_ms: 0,
    };
    changes.rollups.set(name, row);
  }
  return row;
};

/** Counts a ping in its hour. */
export const addToRollup = (
  changes: Changes,
  ping: StoredPing,
  durationMs: number | null,
): void => {
  const row = rollupOf(changes, ping.monitorId, Math.min(ping.timestampMs, ping.receivedMs));
  const count = ping.count ?? 1;
  row.pings += 1;
  if (ping.state === 'success') row.successes += count;
  if (ping.state === 'fail') row.fails += count;
  if (durationMs === null) return;
  row.duration_sum_ms += durationMs;
  row.duration_count += 1;
  row.duration_max_ms = Math.max(row.duration_max_ms, durationMs);
};

const addDowntime = (changes: Changes, monitorId: string, fromMs: number, toMs: number): void => {
  // a failure of months would make thousands of rows; no uptime reaches back further than hourly counters are kept
  let atMs = Math.max(fromMs, toMs - 40 * 24 * hourMs);
  while (atMs < toMs) {
    const endMs = Math.min(toMs, (Math.floor(atMs / hourMs) + 1) * hourMs);
    rollupOf(changes, monitorId, atMs).down_ms += endMs - atMs;
    atMs = endMs;
  }
};
