import type {
  Flip,
  IncomingPing,
  MonitorDefinition,
  MonitorSettings,
  MonitorSource,
  MonitorState,
  MonitorSummary,
  Outage,
  Rollup,
  Run,
  StoredPing,
  TimelineSegment,
} from '../model.ts';
import type { AlertStore } from './alert-store.ts';
import type { KeyStore } from './key-store.ts';
import type { RequestStore } from './request-store.ts';

/** A part of a longer list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Hand back as `cursor` for the next part; `null` at the end. */
  readonly nextCursor: string | null;
}

/** Which part of a list is wanted. */
export interface PageOptions {
  /** 1 to 500, default 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Which monitors a board shows. Ordered by key. */
export interface MonitorQuery extends PageOptions {
  readonly states?: readonly MonitorState[];
  readonly tag?: string;
  /** Part of the key or name, any case. */
  readonly search?: string;
}

/** Which part of one monitor's, or of everyone's, history is wanted. Newest first. */
export interface HistoryQuery extends PageOptions {
  /** Without one: of every monitor. */
  readonly monitorId?: string;
  /** Inclusive. */
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
}

/** How a ping names its monitor. */
export type MonitorReference =
  | { readonly by: 'key'; readonly value: string }
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'token'; readonly value: string };

/** A ping on its way into the store. */
export interface IngestItem {
  readonly monitor: MonitorReference;
  readonly ping: IncomingPing;
  /** Create the monitor when its key is unknown. Default false. */
  readonly create?: boolean;
}

/** What became of one ping; `accepted` and `duplicate` mean that it is on disk. */
export interface IngestResult {
  readonly status: 'accepted' | 'duplicate' | 'paused' | 'unknown-monitor';
  /** `null` for an unknown monitor. */
  readonly monitor: MonitorDefinition | null;
  /** True when this ping made the monitor. */
  readonly created: boolean;
}

/** What changed; sent to every subscriber after the change is on disk, also when another process made it. */
export type StoreEvent =
  | { readonly type: 'ping'; readonly monitorKey: string; readonly ping: StoredPing }
  | { readonly type: 'flip'; readonly monitorKey: string; readonly flip: Flip }
  | { readonly type: 'monitor'; readonly monitorKey: string; readonly deleted: boolean }
  | { readonly type: 'alert'; readonly alertId: string }
  | { readonly type: 'requests'; readonly count: number };

/** What one evaluation found. */
export interface EvaluationResult {
  readonly flips: readonly Flip[];
  /** Set when the evaluator itself had been away. */
  readonly outage: Outage | null;
}

/** How long things are kept, all in milliseconds unless said otherwise. */
export interface Retention {
  /** Default 30 days. */
  readonly pingsMs: number;
  /** Newest pings kept per monitor, a number. Default 10,000. */
  readonly pingsPerMonitor: number;
  /** Default 90 days. */
  readonly runsMs: number;
  /** Flips, alerts, deliveries, daily counters. Default 400 days. */
  readonly historyMs: number;
  /** Hourly counters and request analytics. Default 35 days. */
  readonly hourlyMs: number;
}

/** Settings to create or change a monitor with; what is left out keeps its value or gets its default. */
export type MonitorChange = Partial<MonitorSettings> & { readonly paused?: boolean };

/** Everything the rest of the monitor knows about storage. One implementation runs on SQLite and on PostgreSQL. */
export interface Store extends AlertStore, KeyStore, RequestStore {
  /** `sqlite` or `postgres`. */
  readonly kind: 'sqlite' | 'postgres';

  /**
   * Stores pings and applies them to their monitors. Calls made at the same time share a transaction.
   * @returns one result per item, in order, once they are on disk.
   */
  ingest(items: readonly IngestItem[]): Promise<readonly IngestResult[]>;
  /** Flips every monitor whose deadline has passed, and notices the evaluator's own downtime. */
  evaluate(nowMs: number): Promise<EvaluationResult>;
  /** Deletes what is past its retention, in small steps. @returns how many rows went. */
  prune(nowMs: number, retention: Retention): Promise<number>;

  /** Creates or changes a monitor. @returns the monitor and whether it is new. */
  putMonitor(
    key: string,
    change: MonitorChange,
    source: MonitorSource,
    nowMs: number,
  ): Promise<{ readonly monitor: MonitorSummary; readonly created: boolean }>;
  /** Pauses or resumes. @returns `null` when there is no such monitor. */
  setPaused(key: string, paused: boolean, nowMs: number): Promise<MonitorSummary | null>;
  /** Deletes a monitor with its whole history. @returns false when there is no such monitor. */
  deleteMonitor(key: string): Promise<boolean>;

  /** One page of the board. */
  listMonitors(query: MonitorQuery, nowMs: number): Promise<Page<MonitorSummary>>;
  /** One monitor by key, or `null`. */
  getMonitor(key: string, nowMs: number): Promise<MonitorSummary | null>;
  /** What a ping's reference means, or `null`. */
  findMonitor(reference: MonitorReference): Promise<MonitorDefinition | null>;
  /** How many monitors are in each state. */
  countStates(nowMs: number): Promise<Readonly<Record<MonitorState, number>>>;
  /** Every tag in use, sorted. */
  listTags(): Promise<readonly string[]>;

  /** Changes of health, newest first. */
  listFlips(query: HistoryQuery): Promise<Page<Flip>>;
  /** Runs by when they were last heard of, newest first. */
  listRuns(query: HistoryQuery): Promise<Page<Run>>;
  /** Pings by when they happened, newest first. */
  listPings(query: HistoryQuery): Promise<Page<StoredPing>>;
  /** Healthy, failing and unknown stretches without gaps, oldest first. */
  timeline(monitorId: string, fromMs: number, toMs: number): Promise<readonly TimelineSegment[]>;
  /** Counters per hour or day, oldest first; empty buckets are left out. */
  listRollups(
    monitorId: string,
    span: 'hour' | 'day',
    fromMs: number,
    toMs: number,
  ): Promise<readonly Rollup[]>;
  /** Times in which no evaluator ran, oldest first. */
  listOutages(fromMs: number, toMs: number): Promise<readonly Outage[]>;

  /** Calls the listener after every change. @returns a function that ends it. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** Rejects when the database cannot be used. */
  checkHealth(): Promise<void>;
  /** Waits for what is under way, then closes the database. */
  close(): Promise<void>;
}
