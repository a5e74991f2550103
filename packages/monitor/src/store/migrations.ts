import type { Kysely, Migration, MigrationProvider } from 'kysely';
import { sql } from 'kysely';

/** One statement per line of the list; `TEXT`, `BIGINT` and `DOUBLE PRECISION` mean the right thing on both databases. */
const run = async (db: Kysely<unknown>, statements: readonly string[]): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db);
};

const initialTables: readonly string[] = [
  `create table monitors (
        id text primary key, key text not null unique, ping_token text not null unique, name text not null,
        schedule_json text, grace_ms bigint not null, max_duration_ms bigint, min_interval_ms bigint,
        tags_json text not null, channels_json text, maintenance_json text not null, source text not null,
        created_ms bigint not null, updated_ms bigint not null,
        health text not null, health_since_ms bigint not null, error text, failure_flip_id text,
        last_beat_ms bigint, last_end_ms bigint, last_start_ms bigint, floor_ms bigint,
        open_runs_json text not null, ended_runs_json text not null,
        last_ping_ms bigint, last_ping_state text, last_ping_message text, last_duration_ms double precision,
        expected_ms bigint, next_due_ms bigint, due_cause text, due_text text)`,
  'create index monitors_due on monitors (due_cause, next_due_ms) where due_cause is not null',
  `create table pings (
        monitor_id text not null, ping_id text not null, state text not null,
        timestamp_ms bigint not null, received_ms bigint not null, dialect text not null, run_id text,
        duration_ms double precision, message text, exit_code bigint, count bigint not null, reason text,
        host text, environment text, extra_json text)`,
  'create unique index pings_once on pings (monitor_id, ping_id)',
  'create index pings_time on pings (monitor_id, timestamp_ms)',
  `create table runs (
        monitor_id text not null, run_id text not null, state text not null, started_ms bigint, ended_ms bigint,
        duration_ms double precision, message text, exit_code bigint, host text, environment text,
        seen_ms bigint not null, primary key (monitor_id, run_id))`,
  'create index runs_seen on runs (monitor_id, seen_ms)',
  'create index runs_age on runs (seen_ms)',
  `create table flips (
        id text primary key, monitor_id text not null, at_ms bigint not null, recorded_ms bigint not null,
        from_health text not null, to_health text not null, cause text not null, text text not null,
        voided_ms bigint, untold integer not null)`,
  'create index flips_time on flips (monitor_id, at_ms)',
  'create index flips_at on flips (at_ms)',
  'create index flips_untold on flips (untold) where untold = 1',
  `create table rollups (
        monitor_id text not null, span_ms bigint not null, bucket_ms bigint not null,
        pings bigint not null, successes bigint not null, fails bigint not null,
        duration_sum_ms double precision not null, duration_count bigint not null,
        duration_max_ms double precision not null, down_ms bigint not null,
        primary key (monitor_id, span_ms, bucket_ms))`,
  'create index rollups_age on rollups (span_ms, bucket_ms)',
  'create table outages (from_ms bigint not null, to_ms bigint not null)',
  'create table settings (name text primary key, value text not null)',
  `create table api_keys (
        id text primary key, name text not null, scope text not null, hash text not null,
        created_ms bigint not null, last_used_ms bigint)`,
  `create table alert_sources (
        key text primary key, token text not null unique, min_severity text not null, created_ms bigint not null)`,
  `create table alerts (
        id text primary key, source_key text not null, group_key text, title text not null, description text,
        severity text not null, metadata_json text, status text not null, occurrence_count bigint not null,
        first_ms bigint not null, last_ms bigint not null)`,
  'create unique index alerts_group on alerts (source_key, group_key) where group_key is not null',
  'create index alerts_time on alerts (last_ms)',
  `create table deliveries (
        id text primary key, flip_id text not null, monitor_id text not null, channel text not null,
        status text not null, attempts integer not null, created_ms bigint not null, next_attempt_ms bigint,
        sent_ms bigint, error text)`,
  'create unique index deliveries_once on deliveries (flip_id, channel)',
  'create index deliveries_due on deliveries (next_attempt_ms) where next_attempt_ms is not null',
  'create index deliveries_time on deliveries (created_ms)',
  `create table request_rollups (
        bucket_ms bigint not null, method text not null, path text not null, status_class integer not null,
        consumer_id text not null, count bigint not null, request_bytes bigint not null,
        response_bytes bigint not null, primary key (bucket_ms, method, path, status_class, consumer_id))`,
  `create table request_latencies (
        bucket_ms bigint not null, method text not null, path text not null, slot integer not null,
        count bigint not null, primary key (bucket_ms, method, path, slot))`,
];

const initial: Migration = { up: (db: Kysely<unknown>) => run(db, initialTables) };

/** Every migration in order of its name. A released one is never changed. */
export const migrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-initial': initial }),
};
