import type { Run } from './run.ts';

/**
 * How the end of a run counts: `success`; `fail`; `deferred` (it goes on later, perhaps in another process: no terminal is
 * sent, a `log` where the service has one); `skip` (not worth telling: nothing more is sent).
 */
export type Classification = 'success' | 'fail' | 'deferred' | 'skip';

/** How a run ended, as {@link RunOptions.classify} sees it. */
export interface RunEnd {
  /** True when it ended by an error: thrown, rejected, passed to a callback or to `run.fail`. */
  readonly threw: boolean;
  /** The error; undefined may itself be the error, so read `threw`. */
  readonly error: unknown;
  /** What the function returned, resolved to, or undefined. */
  readonly result: unknown;
  /** The final HTTP status, for HTTP adapters. */
  readonly statusCode: number | undefined;
  /** Arguments of the wrapped call; empty where there is none. */
  readonly args: readonly unknown[];
  /** The run itself, still open: `defer` or `set` may be called on it. */
  readonly run: Run;
}

/** Is the text of an error sent? `false` sends only that it failed; `message` name and message; `stack` the stack as well. */
export type CaptureErrors = false | 'message' | 'stack';

/** Options of one run; all optional. */
export interface RunOptions {
  /**
   * The run's id, a UUID; default a new one. Give the same id to continue a suspended run in another process. A function is
   * asked when the id is first needed, which a coalesced run never does; throwing counts as none.
   */
  readonly runId?: string | (() => string) | undefined;
  /** Metadata of all pings of the run; `run.set` adds to it. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Groups incidents at services that know groups. */
  readonly groupKey?: string | undefined;
  /**
   * Send the start ping? Default true. `unlimited`: only to services that do not limit a run's duration, for runs that may be
   * suspended for long. False also for the continuation of a suspended run.
   */
  readonly sendStart?: boolean | 'unlimited' | undefined;
  /**
   * The runner gives the job to another process when this one ends (a queue with stalled jobs): an end of the process is then
   * no fail, and the run goes on under its id. Default false.
   */
  readonly resumable?: boolean | undefined;
  /**
   * A fail with reason `timeout` is sent when the run lasts longer, in milliseconds (1 to 2,147,483,647); its later end is sent
   * as `log` only. Cannot fire while JavaScript blocks the event loop: the service's own limit must.
   */
  readonly maxDurationMs?: number | undefined;
  /** A fail with reason `idle` is sent when `run.alive()` (or log, set) was not called for so long, in milliseconds. */
  readonly idleMs?: number | undefined;
  /** Runs that begin sooner than this after the last one told are told only when they fail, in milliseconds. */
  readonly minIntervalMs?: number | undefined;
  /**
   * What a run that begins while another of the same wrap or monitor handle is open is told as: `allow` (default) like any
   * other; `skip` not at all unless it fails; `fail` as failed with reason `overlap`. The job itself always runs.
   */
  readonly overlap?: 'allow' | 'skip' | 'fail' | undefined;
  /** One hook everywhere: how does this end count? Undefined: thrown is fail, returned is success. Throwing counts as undefined. */
  readonly classify?: ((end: RunEnd) => Classification | undefined) | undefined;
  /**
   * `background` (default): the job's result does not wait. `await`: an asynchronous job's result waits for the terminal to be
   * delivered, at most `settleBudgetMs`; for hosts that freeze after the return. Synchronous jobs never wait.
   */
  readonly settle?: 'background' | 'await' | undefined;
  /** Bound of `settle: 'await'`, milliseconds. Default 2,000. */
  readonly settleBudgetMs?: number | undefined;
  /** Handed a promise of the terminal's delivery, never rejected (Vercel, Cloudflare). */
  readonly waitUntil?: ((delivery: Promise<unknown>) => void) | undefined;
  /** What of an error's text is sent: `false` nothing, `message` its name and message, `stack` the stack as well. Default: the client's. */
  readonly captureErrors?: CaptureErrors | undefined;
  /**
   * For jobs that run many times a second: one success ping a window with the count of runs; no starts; fails at once.
   * `windowMs` 100 to 3,600,000.
   */
  readonly coalesce?: { readonly windowMs: number } | undefined;
}

/**
 * Any function that can be wrapped. Its parameters are `any` because that alone takes every function and leaves a parameter
 * without a type to the place where the wrapped function goes.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyJob = (...args: any[]) => unknown;

/** One call of a wrapped function. */
export interface WrappedCall {
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Options of `wrap`: those of each run, and how a call becomes a run. Presets for job runners are values of this type. */
export interface WrapOptions extends RunOptions {
  /** Options of one call, over the fixed ones; `key` replaces the wrap's. Throwing counts as none. */
  readonly perCall?:
    | ((call: WrappedCall) => (RunOptions & { readonly key?: string | undefined }) | undefined)
    | undefined;
  /**
   * Index of a Node-style callback `done(error?)` among the arguments: its first call ends the run, a returned promise only by
   * rejecting.
   */
  readonly callbackIndex?: number | undefined;
  /**
   * A promise on which the end of the run waits instead of the function's return, for runners that go on with what was
   * returned. The caller does not wait for it. Undefined: none. Throwing counts as undefined.
   */
  readonly until?:
    | ((result: unknown, call: WrappedCall) => PromiseLike<unknown> | undefined)
    | undefined;
  /** Sees the run of a call before the function does, for example to hand it on. Throwing is ignored. */
  readonly onRun?: ((run: Run, call: WrappedCall) => void) | undefined;
}
