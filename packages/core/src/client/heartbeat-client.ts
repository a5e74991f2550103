import type { HeartbeatEventName, HeartbeatListener } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import type { PingState } from '../ping/ping.ts';
import type {
  Alert,
  AlertResult,
  Finding,
  MonitorDeclaration,
  TrackEvent,
} from '../providers/provider.ts';
import type { Run } from '../run/run.ts';
import type { AnyJob, RunOptions, WrapOptions } from '../run/run-options.ts';
import type { Stats } from './stats.ts';

/**
 * Augment this interface to type the monitor keys of the whole process, so that a typo does not compile:
 * `declare module '@lubdub/core' { interface Register { monitors: 'nightly-backup' | 'sync' } }`.
 */
// eslint-disable-next-line typescript/no-empty-object-type
export interface Register {}

/** The registered monitor keys, else any string. */
export type MonitorKey = Register extends { monitors: infer Keys extends string } ? Keys : string;

/** What a single ping may carry; everything is optional. */
export interface PingOptions {
  /** Default `success`. */
  readonly state?: PingState | undefined;
  readonly message?: string | undefined;
  /** Any plain data; serialised at once, may be changed afterwards. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** A UUID that ties the pings of one run together. */
  readonly runId?: string | undefined;
  /** 0 to 255. Other than 0 makes the default state `fail`. */
  readonly exitCode?: number | undefined;
  readonly groupKey?: string | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly durationMs?: number | undefined;
  /** Give up after this long, milliseconds. Default 30,000. */
  readonly deadlineMs?: number | undefined;
}

/** Options of an interval beat. */
export interface LivenessOptions {
  /** Time between two beats, milliseconds, at least 1,000. Default 60,000. */
  readonly intervalMs?: number | undefined;
  /** Asked before each beat; false, a rejection or no answer within the interval withholds the beat. */
  readonly check?: (() => boolean | Promise<boolean>) | undefined;
  /** Metadata of every beat. Default none. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** A running interval beat. */
export interface Liveness {
  /** Stops beating. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

/** What became of an alert at one provider. */
export interface AlertOutcome extends Outcome {
  /** The services' typed answers, one per provider that takes alerts and answered. */
  readonly results: readonly AlertResult[];
}

/** Outcome of flush and close. */
export interface FlushResult {
  /** True when nothing was left. */
  readonly complete: boolean;
  /** Pings still on their way. */
  readonly pending: number;
}

/** A handle on one monitor. */
export interface MonitorHandle {
  readonly key: string;
  ping(options?: PingOptions): Promise<Outcome>;
  run<Result>(job: (run: Run) => Result, options?: RunOptions): Result;
  wrap<Job extends AnyJob>(job: Job, options?: WrapOptions): Job;
  start(options?: RunOptions): Run;
}

/** The client. Everything but `ping` with a wrong key, `ready` and `verify` never throws and never rejects. */
export interface HeartbeatClient<Key extends string = MonitorKey> {
  /** Sends one ping. Resolves with its outcome; rejects only for misconfiguration. */
  ping(key: Key, options?: PingOptions): Promise<Outcome>;
  /** The same function, monitored: same `this`, arguments, result, error, name, length and properties. */
  wrap<Job extends AnyJob>(
    key: Key | ((...args: Parameters<Job>) => Key),
    job: Job,
    options?: WrapOptions,
  ): Job;
  /** Runs a job as one run and returns what it returns. */
  run<Result>(key: Key, job: (run: Run) => Result, options?: RunOptions): Result;
  /** Begins a run that the caller ends. */
  start(key: Key, options?: RunOptions): Run;
  /** A handle on one monitor. */
  monitor(key: Key): MonitorHandle;
  /** Beats now and then at an interval, until stopped or closed. */
  every(key: Key, options?: LivenessOptions): Liveness;
  /** Reports an incident at services that take alerts; `target` is the service's name for where it goes. */
  alert(target: string, alert: Alert): Promise<AlertOutcome>;
  /** Takes one request analytics event; batched; never throws. */
  track(event: TrackEvent): void;
  /** The run that we are inside; only with `context: true`. */
  current(): Run | undefined;
  /** Declares a monitor's schedule, as adapters read it from the framework; upserted only when the provider was asked to. */
  declare(key: Key, monitor: MonitorDeclaration): void;
  /** Resolves when what only the services know is known to be right; rejects with `ERR_LUBDUB_MISCONFIGURED` otherwise. */
  ready(): Promise<void>;
  /** What is configured wrong or cannot be proven, per provider and monitor. */
  verify(): Promise<readonly Finding[]>;
  /** Waits until everything queued has its outcome, at most `timeoutMs` (default 5,000). Also sends open coalescing windows. */
  flush(timeoutMs?: number): Promise<FlushResult>;
  /** Waits for open runs to end, at most `timeoutMs` (default 5,000). Returns how many are still open. */
  drain(timeoutMs?: number): Promise<number>;
  /** Stops beats, flushes and lets go of everything. Later pings are dropped with reason `closed`. */
  close(timeoutMs?: number): Promise<FlushResult>;
  /** Forgets looked-up ids (SteadyCron's tokens) and refusals, of one monitor or of all; the next ping or run asks again. */
  clearCache(key?: Key): void;
  /** Counters since the start. */
  stats(): Stats;
  /** Listens; returns the function that stops listening. */
  on<Name extends HeartbeatEventName>(name: Name, listener: HeartbeatListener<Name>): () => void;
}
