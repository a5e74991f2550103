import type { Deadline, Machine } from '../evaluate/machine.ts';
import { statusAt } from '../evaluate/status.ts';
import type { Flip, MonitorDefinition, MonitorSummary, Run, StoredPing, Uptime } from '../model.ts';
import { unpackRuns } from './machine-columns.ts';
import type { FlipTable, MonitorRow, PingTable, RunTable } from './schema.ts';

const parseJson = (json: string | null | undefined): unknown => JSON.parse(json ?? 'null');

/** What was declared about the monitor of a row. */
export const toDefinition = (row: MonitorRow): MonitorDefinition => ({
  id: row.id,
  key: row.key,
  pingToken: row.ping_token,
  name: row.name,
  schedule: parseJson(row.schedule_json) as MonitorDefinition['schedule'],
  graceMs: row.grace_ms,
  maxDurationMs: row.max_duration_ms ?? null,
  minIntervalMs: row.min_interval_ms ?? null,
  tags: parseJson(row.tags_json) as MonitorDefinition['tags'],
  channels: parseJson(row.channels_json) as MonitorDefinition['channels'],
  maintenance: parseJson(row.maintenance_json) as MonitorDefinition['maintenance'],
  source: row.source,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
});

/** What is known of the monitor of a row. */
export const toMachine = (row: MonitorRow): Machine => ({
  health: row.health,
  healthSinceMs: row.health_since_ms,
  error: row.error ?? null,
  failureFlipId: row.failure_flip_id ?? null,
  lastBeatMs: row.last_beat_ms ?? null,
  lastEndMs: row.last_end_ms ?? null,
  lastStartMs: row.last_start_ms ?? null,
  floorMs: row.floor_ms ?? null,
  openRuns: parseJson(row.open_runs_json) as Machine['openRuns'],
  endedRuns: unpackRuns(row.ended_runs_json),
  lastPing: toLastPing(row),
  lastDurationMs: row.last_duration_ms ?? null,
  expectedMs: row.expected_ms ?? null,
  deadline: toDeadline(row),
});

const toLastPing = (row: MonitorRow): Machine['lastPing'] =>
  row.last_ping_ms == null || row.last_ping_state == null
    ? null
    : {
        timestampMs: row.last_ping_ms,
        state: row.last_ping_state,
        message: row.last_ping_message ?? null,
      };

const toDeadline = (row: MonitorRow): Deadline | null =>
  row.next_due_ms == null || row.due_cause == null
    ? null
    : { atMs: row.next_due_ms, cause: row.due_cause, text: row.due_text ?? '' };

/** A column that holds what was declared. */
export type DefinitionColumn =
  | 'id'
  | 'key'
  | 'ping_token'
  | 'name'
  | 'schedule_json'
  | 'grace_ms'
  | 'max_duration_ms'
  | 'min_interval_ms'
  | 'tags_json'
  | 'channels_json'
  | 'maintenance_json'
  | 'source'
  | 'created_ms'
  | 'updated_ms';

/** The columns that hold what was declared. */
export const definitionColumns = (
  definition: MonitorDefinition,
): Pick<MonitorRow, DefinitionColumn> => ({
  id: definition.id,
  key: definition.key,
  ping_token: definition.pingToken,
  name: definition.name,
  schedule_json: definition.schedule === null ? null : JSON.stringify(definition.schedule),
  grace_ms: definition.graceMs,
  max_duration_ms: definition.maxDurationMs,
  min_interval_ms: definition.minIntervalMs,
  tags_json: JSON.stringify(definition.tags),
  channels_json: definition.channels === null ? null : JSON.stringify(definition.channels),
  maintenance_json: JSON.stringify(definition.maintenance),
  source: definition.source,
  created_ms: definition.createdMs,
  updated_ms: definition.updatedMs,
});

/** A board row. */
export const toSummary = (row: MonitorRow, nowMs: number, uptime: Uptime): MonitorSummary => {
  const machine = toMachine(row);
  const state = statusAt(machine, nowMs);
  // between a deadline and the evaluation that stores it the text is already known
  const overdue = state !== machine.health && (state === 'down' || state === 'stuck');
  return {
    ...toDefinition(row),
    state,
    health: machine.health,
    healthSinceMs: machine.healthSinceMs,
    error: overdue ? (machine.deadline?.text ?? null) : machine.error,
    lastPing: machine.lastPing,
    expectedMs: machine.expectedMs,
    nextDueMs: machine.deadline?.atMs ?? null,
    openRuns: machine.openRuns.map(({ runId, startedMs }) => ({ runId, startedMs })),
    lastDurationMs: machine.lastDurationMs,
    recentRuns: machine.endedRuns.map(({ endedMs, durationMs, state: end }) => ({
      endedMs,
      durationMs,
      state: end,
    })),
    uptime,
  };
};

/** A flip as it is read. */
export const toFlip = (row: FlipTable, monitorKey: string): Flip => ({
  id: row.id,
  monitorId: row.monitor_id,
  monitorKey,
  atMs: row.at_ms,
  recordedMs: row.recorded_ms,
  from: row.from_health,
  to: row.to_health,
  cause: row.cause,
  text: row.text,
  voidedMs: row.voided_ms,
});

/** A run as it is read. */
export const toRun = (row: RunTable): Run => ({
  monitorId: row.monitor_id,
  runId: row.run_id,
  state: row.state,
  startedMs: row.started_ms,
  endedMs: row.ended_ms,
  durationMs: row.duration_ms,
  message: row.message,
  exitCode: row.exit_code,
  host: row.host,
  environment: row.environment,
});

/** What a ping carries beside its own columns. */
type Extra = Pick<StoredPing, 'metadata' | 'metrics' | 'groupKey' | 'instance'>;

/** The columns of a ping. */
export const pingColumns = (ping: StoredPing): PingTable => ({
  monitor_id: ping.monitorId,
  ping_id: ping.id,
  state: ping.state,
  timestamp_ms: Math.min(ping.timestampMs, ping.receivedMs),
  received_ms: ping.receivedMs,
  dialect: ping.dialect,
  run_id: ping.runId ?? null,
  duration_ms: ping.durationMs ?? null,
  message: ping.message ?? null,
  exit_code: ping.exitCode ?? null,
  count: ping.count ?? 1,
  reason: ping.reason ?? null,
  host: ping.host ?? null,
  environment: ping.environment ?? null,
  extra_json: toExtraJson(ping),
});

const toExtraJson = (ping: StoredPing): string | null => {
  const { metadata, metrics, groupKey, instance } = ping;
  if (!(metadata ?? metrics ?? groupKey ?? instance)) return null;
  return JSON.stringify({ metadata, metrics, groupKey, instance });
};

/** A ping as it is read. */
export const toPing = (row: PingTable): StoredPing => ({
  monitorId: row.monitor_id,
  id: row.ping_id,
  state: row.state,
  timestampMs: row.timestamp_ms,
  receivedMs: row.received_ms,
  dialect: row.dialect,
  count: row.count,
  ...(row.run_id === null ? {} : { runId: row.run_id }),
  ...(row.duration_ms === null ? {} : { durationMs: row.duration_ms }),
  ...(row.message === null ? {} : { message: row.message }),
  ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  ...(row.host === null ? {} : { host: row.host }),
  ...(row.environment === null ? {} : { environment: row.environment }),
  ...(row.extra_json === null ? {} : (JSON.parse(row.extra_json) as Extra)),
});
