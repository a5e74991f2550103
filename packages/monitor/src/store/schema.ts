import type { Insertable, Kysely } from 'kysely';

import type { AlertSource, Severity } from './alert-store.ts';
import type { Scope } from './key-store.ts';
import type { FlipCause, Health, MonitorSource, PingState, RunState } from '../model.ts';

/** A monitor: what was declared, and what is known of it. Columns that hold JSON end in `_json`. */
export interface MonitorTable {
  id: string;
  key: string;
  ping_token: string;
  name: string;
  schedule_json: string | null;
  grace_ms: number;
  max_duration_ms: number | null;
  min_interval_ms: number | null;
  tags_json: string;
  channels_json: string | null;
  maintenance_json: string;
  source: MonitorSource;
  created_ms: number;
  updated_ms: number;
  health: Health;
  health_since_ms: number;
  error: string | null;
  failure_flip_id: string | null;
  last_beat_ms: number | null;
  last_end_ms: number | null;
  last_start_ms: number | null;
  floor_ms: number | null;
  open_runs_json: string;
  ended_runs_json: string;
  last_ping_ms: number | null;
  last_ping_state: PingState | null;
  last_ping_message: string | null;
  last_duration_ms: number | null;
  expected_ms: number | null;
  /** The stored deadline; evaluation is an UPDATE over its index. */
  next_due_ms: number | null;
  due_cause: 'missed' | 'stuck' | null;
  due_text: string | null;
}

/** A stored ping. */
export interface PingTable {
  monitor_id: string;
  ping_id: string;
  state: PingState;
  timestamp_ms: number;
  received_ms: number;
  dialect: string;
  run_id: string | null;
  duration_ms: number | null;
  message: string | null;
  exit_code: number | null;
  count: number;
  reason: string | null;
  host: string | null;
  environment: string | null;
  /** Metadata, metrics, group key and instance. */
  extra_json: string | null;
}

/** A run that named its run id. */
export interface RunTable {
  monitor_id: string;
  run_id: string;
  state: RunState;
  started_ms: number | null;
  ended_ms: number | null;
  duration_ms: number | null;
  message: string | null;
  exit_code: number | null;
  host: string | null;
  environment: string | null;
  /** When it was last heard of. */
  seen_ms: number;
}

/** A change of health. */
export interface FlipTable {
  id: string;
  monitor_id: string;
  at_ms: number;
  recorded_ms: number;
  from_health: Health;
  to_health: Health;
  cause: FlipCause;
  text: string;
  voided_ms: number | null;
  /** 1 until its deliveries are queued. */
  untold: number;
}

/** Counters per hour (`span_ms` 3,600,000) and day (86,400,000). */
export interface RollupTable {
  monitor_id: string;
  span_ms: number;
  bucket_ms: number;
  pings: number;
  successes: number;
  fails: number;
  duration_sum_ms: number;
  duration_count: number;
  duration_max_ms: number;
  down_ms: number;
}

/** Times in which no evaluator ran. */
export interface OutageTable {
  from_ms: number;
  to_ms: number;
}

/** Settings of the whole server, and when the evaluator was last alive. */
export interface SettingTable {
  name: string;
  value: string;
}

/** Hashed API keys. */
export interface ApiKeyTable {
  id: string;
  name: string;
  scope: Scope;
  hash: string;
  created_ms: number;
  last_used_ms: number | null;
}

/** Places that alerts are sent to. */
export interface AlertSourceTable {
  key: AlertSource['key'];
  token: string;
  min_severity: Severity;
  created_ms: number;
}

/** Alerts that came in. */
export interface AlertTable {
  id: string;
  source_key: string;
  group_key: string | null;
  title: string;
  description: string | null;
  severity: Severity;
  metadata_json: string | null;
  status: 'open' | 'resolved';
  occurrence_count: number;
  first_ms: number;
  last_ms: number;
}

/** Messages about flips to channels. */
export interface DeliveryTable {
  id: string;
  flip_id: string;
  monitor_id: string;
  channel: string;
  status: 'pending' | 'sent' | 'failed';
  attempts: number;
  created_ms: number;
  next_attempt_ms: number | null;
  sent_ms: number | null;
  error: string | null;
}

/** Counters of requests per hour, route, status class and consumer. */
export interface RequestRollupTable {
  bucket_ms: number;
  method: string;
  path: string;
  status_class: number;
  consumer_id: string;
  count: number;
  request_bytes: number;
  response_bytes: number;
}

/** Latency histogram per hour and route; `slot` as in `histogram.ts`. */
export interface RequestLatencyTable {
  bucket_ms: number;
  method: string;
  path: string;
  slot: number;
  count: number;
}

/** Every table. */
export interface Schema {
  monitors: MonitorTable;
  pings: PingTable;
  runs: RunTable;
  flips: FlipTable;
  rollups: RollupTable;
  outages: OutageTable;
  settings: SettingTable;
  api_keys: ApiKeyTable;
  alert_sources: AlertSourceTable;
  alerts: AlertTable;
  deliveries: DeliveryTable;
  request_rollups: RequestRollupTable;
  request_latencies: RequestLatencyTable;
}

/** The database as query code sees it, transaction or not. */
export type Executor = Kysely<Schema>;
/** A monitor's row as it is read. */
export type MonitorRow = Insertable<MonitorTable>;
