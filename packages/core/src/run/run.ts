import type { Outcome } from '../outcome.ts';
import type { RunReason } from '../ping/ping.ts';

/** Where a run stands. `deferred` and `skipped` runs have ended here without a terminal. */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'deferred' | 'skipped';

/** What an explicit end may add. */
export interface EndOptions {
  /** Text for people; cut to what the service takes. */
  readonly message?: string | undefined;
  /** Exit code of a command, 0 to 255. */
  readonly exitCode?: number | undefined;
  /** Word for a fail that no error explains. */
  readonly reason?: RunReason | undefined;
  /** The final HTTP status, for `classify`. */
  readonly statusCode?: number | undefined;
  /** Goes over the run's metadata, on this ping only. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * One execution of a job. Ends once: the first of `success`, `fail`, `defer`, `skip`, `end` counts, later ones do nothing.
 * No method throws or waits, whatever it is given.
 */
export interface Run {
  /** Canonical UUID. */
  readonly id: string;
  /** The monitor's key. */
  readonly key: string;
  readonly status: RunStatus;
  /** Sends a `log` with this text to services that have one; counts as a sign of life. */
  log(message: string, metadata?: Readonly<Record<string, unknown>>): void;
  /** Adds to the metadata that later pings of the run carry; a number is also sent as a metric where the service plots them. */
  set(values: Readonly<Record<string, unknown>>): void;
  /** A sign of life: restarts the idle watchdog and sends a `log` at most once a minute. */
  alive(): void;
  /** Ends the run well. */
  success(options?: EndOptions): void;
  /** Ends the run badly; `classify` is asked first with the error. */
  fail(error?: unknown, options?: EndOptions): void;
  /** Ends the run here without a terminal: it goes on later, perhaps elsewhere, under the same id. */
  defer(message?: string): void;
  /** Ends the run without telling anybody. */
  skip(): void;
  /**
   * Resolves when the run's terminal has its outcome, also when asked after the end; undefined for runs that have none
   * (deferred, skipped, counted by `coalesce`). Never rejects.
   */
  delivered(): Promise<Outcome | undefined>;
  /** Ends the run as fail `abandoned` unless it has ended. Does not wait. */
  [Symbol.dispose](): void;
  /** The same; resolves at once. */
  [Symbol.asyncDispose](): Promise<void>;
}
