import type { ActiveRun } from './active-run.ts';
import { Gate } from './gate.ts';
import { type Hold, type ResultWatch, watchResult } from './results.ts';
import type { RunOptions, WrapOptions, WrappedCall } from './run-options.ts';

type Callable = (...args: unknown[]) => unknown;

/** What a wrapper needs of the client. */
export interface WrapHost {
  /** Begins a run; undefined when it cannot (bad key): the job runs all the same. */
  begin(
    key: unknown,
    options: RunOptions,
    gate: Gate,
    args: readonly unknown[],
  ): ActiveRun | undefined;
  /** What the first run of a key has to wait for, when the client is strict. */
  resolving(key: unknown): Promise<unknown> | undefined;
  /** Calls the job inside the run's context; only where contexts are kept. */
  inContext(run: ActiveRun, call: () => unknown): unknown;
  readonly keepsContext: boolean;
  /** Waits for the run's delivery as its options want; undefined: not at all. */
  hold(run: ActiveRun, options: RunOptions): Hold;
}

/** Field by field: spreading two objects costs a hot job ten times as much. */
const mergeOptions = (fixed: RunOptions, extra: RunOptions): RunOptions => {
  const merged: { [Name in keyof Required<RunOptions>]: RunOptions[Name] } = {
    runId: extra.runId ?? fixed.runId,
    metadata: extra.metadata ?? fixed.metadata,
    groupKey: extra.groupKey ?? fixed.groupKey,
    sendStart: extra.sendStart ?? fixed.sendStart,
    resumable: extra.resumable ?? fixed.resumable,
    maxDurationMs: extra.maxDurationMs ?? fixed.maxDurationMs,
    idleMs: extra.idleMs ?? fixed.idleMs,
    minIntervalMs: extra.minIntervalMs ?? fixed.minIntervalMs,
    overlap: extra.overlap ?? fixed.overlap,
    classify: extra.classify ?? fixed.classify,
    settle: extra.settle ?? fixed.settle,
    settleBudgetMs: extra.settleBudgetMs ?? fixed.settleBudgetMs,
    waitUntil: extra.waitUntil ?? fixed.waitUntil,
    captureErrors: extra.captureErrors ?? fixed.captureErrors,
    coalesce: extra.coalesce ?? fixed.coalesce,
  };
  return merged;
};

const perCallOptions = (
  options: WrapOptions,
  call: WrappedCall,
): (RunOptions & { readonly key?: string | undefined }) | undefined => {
  try {
    return options.perCall?.(call);
  } catch {
    return undefined;
  }
};

const keyOf = (key: unknown, call: WrappedCall): unknown => {
  if (typeof key !== 'function') return key;
  try {
    return Reflect.apply(key, call.self, call.args);
  } catch {
    return undefined;
  }
};

/** The arguments with the callback at `index` watched: its first call ends the run. */
const watchCallback = (
  args: readonly unknown[],
  index: number,
  run: ActiveRun,
  hold: Hold,
): readonly unknown[] => {
  const done = args[index];
  if (typeof done !== 'function') return args;
  const watched = [...args];
  watched[index] = new Proxy(done as Callable, {
    apply(target, self, given: unknown[]) {
      const [error] = given;
      if (error === undefined || error === null) run.succeeded(given[1]);
      else run.failed(error);
      const delivery = hold?.();
      if (delivery === undefined) return Reflect.apply(target, self, given);
      void delivery.then(() => Reflect.apply(target, self, given));
      return undefined;
    },
  });
  return watched;
};

const failuresOnly = (run: ActiveRun): ResultWatch => ({
  succeeded() {},
  failed: (error) => run.failed(error),
  abandoned() {},
});

/** A run whose end waits for the promise that `until` makes of the result. */
const endingLater = (
  run: ActiveRun,
  until: NonNullable<WrapOptions['until']>,
  call: WrappedCall,
): ResultWatch => ({
  succeeded(value) {
    let later: PromiseLike<unknown> | undefined;
    try {
      later = until(value, call);
    } catch {
      // A hook of the adapter; the return is the end then.
    }
    if (later === undefined) run.succeeded(value);
    else
      void later.then(
        (end) => run.succeeded(end),
        (error: unknown) => run.failed(error),
      );
  },
  failed: (error) => run.failed(error),
  abandoned: () => run.abandoned(),
});

/** Calls a job as a run: same `this`, arguments, result, error, sync or async as before. */
export const callAsRun = (
  job: Callable,
  self: unknown,
  args: readonly unknown[],
  run: ActiveRun,
  options: WrapOptions,
  host: WrapHost,
): unknown => {
  const { callbackIndex, until } = options;
  // Before the job: once the run has ended there is nothing left to wait for.
  const hold = host.hold(run, run.options);
  const given = callbackIndex === undefined ? args : watchCallback(args, callbackIndex, run, hold);
  const byCallback = given !== args;
  let result: unknown;
  try {
    result = host.keepsContext
      ? host.inContext(run, () => Reflect.apply(job, self, given))
      : Reflect.apply(job, self, given);
  } catch (error) {
    run.failed(error);
    void hold?.();
    throw error;
  }
  if (byCallback) return watchResult(result, failuresOnly(run), hold);
  const watch = until === undefined ? run : endingLater(run, until, { self, args });
  return watchResult(result, watch, hold);
};

/**
 * The job as a Proxy that makes each call a run. A Proxy keeps name, length, own and symbol properties and the prototype,
 * which frameworks read.
 */
export const createWrapper = (
  key: unknown,
  job: Callable,
  options: WrapOptions,
  host: WrapHost,
): Callable => {
  const gate = new Gate();
  return new Proxy(job, {
    apply(target, self, args: unknown[]) {
      let runOptions: RunOptions = options;
      let actualKey = key;
      if (options.perCall !== undefined || typeof key === 'function') {
        const call = { self, args };
        const extra = perCallOptions(options, call);
        if (extra !== undefined) runOptions = mergeOptions(options, extra);
        actualKey = extra?.key ?? keyOf(key, call);
      }
      const call = (): unknown => {
        const run = host.begin(actualKey, runOptions, gate, args);
        if (run === undefined) return Reflect.apply(target, self, args);
        try {
          options.onRun?.(run, { self, args });
        } catch {
          // The user's hook is not the job.
        }
        return callAsRun(target, self, args, run, options, host);
      };
      const first = host.resolving(actualKey);
      return first === undefined ? call() : first.then(call);
    },
  });
};
