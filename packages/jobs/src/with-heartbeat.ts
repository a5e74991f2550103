import {
  type AnyJob,
  checkWrap,
  type HeartbeatClient,
  LubdubError,
  type RunOptions,
  type WrapOptions,
  type WrappedCall,
} from '@lubdub/core';
import { type Given, type Key, readArguments } from './arguments.ts';
import { checkOptions, withMethods } from './check.ts';
import { clientOf } from './find-client.ts';
import type { Callable, JobOptions, JobPreset } from './preset.ts';
import { answerBrand, isWrappedWith, wrappedBy } from './wrapped.ts';

/** A monitor key, or how to find it from the arguments of a call. */
export type JobKey<Job extends AnyJob> = string | ((...args: Parameters<Job>) => string);

/** `withHeartbeat` of a runner that knows a default key, so that the key may be left out. */
export interface WithHeartbeat<
  Handler extends AnyJob = AnyJob,
  Options extends JobOptions = JobOptions,
> {
  /** The same function, each call a run of the monitor `key`. */
  <Job extends Handler>(key: JobKey<Job>, job: Job, options?: Options): Job;
  /** The same function, each call a run of the monitor that the runner's own name for the job gives. */
  <Job extends Handler>(job: Job, options?: Options): Job;
}

/** `withHeartbeat` of a runner whose calls do not say what they are. */
export type KeyedWithHeartbeat<
  Handler extends AnyJob = AnyJob,
  Options extends JobOptions = JobOptions,
> = <Job extends Handler>(key: JobKey<Job>, job: Job, options?: Options) => Job;

const mostDeclared = 10_000;
const clientRule = { client: withMethods('a client of createHeartbeat', 'wrap') };

const keyOf = (key: Key, self: unknown, args: readonly unknown[]): string | undefined => {
  try {
    return typeof key === 'string' ? key : Reflect.apply(key, self, args);
  } catch {
    return undefined;
  }
};

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** The key of the call that begins: found once, although several ask for it. */
interface Slot {
  key: string | undefined;
}

/** The options that core's `wrap` knows, as the preset and the user make them: the user's win. */
const wrapOptionsOf = <Options extends JobOptions>(
  preset: JobPreset<Options>,
  { job, options }: Given<Options>,
  slot: Slot,
): WrapOptions => {
  const foreign = new Set<string>(['client', ...(preset.optionNames ?? [])]);
  const user: WrapOptions = Object.fromEntries(
    Object.entries(options).filter(([name]) => !foreign.has(name)),
  );
  const { classify, perCall, onRun, callbackIndex: _, ...fixed } = user;
  const { classify: presetClassify, perCall: presetPerCall, onRun: presetOnRun } = preset;
  const made: WrapOptions = { ...preset.forJob?.(job, options), ...user };
  const plain = perCall === undefined && Object.keys(fixed).length === 0;
  if (presetClassify === undefined && presetPerCall === undefined && presetOnRun === undefined)
    return made;
  return {
    ...made,
    classify: (end) => classify?.(end) ?? presetClassify?.(end, options),
    perCall(call): (RunOptions & { key?: string | undefined }) | undefined {
      if (plain) return presetPerCall?.(call, job, options, slot.key);
      const extra = perCall?.(call);
      const found = presetPerCall?.(call, job, options, extra?.key ?? slot.key);
      const own = fixed.metadata ?? extra?.metadata;
      // A hot path: one object for the call, and a second one only for metadata of the user's.
      const metadata =
        own && found?.metadata
          ? { ...found.metadata, ...fixed.metadata, ...extra?.metadata }
          : (own ?? found?.metadata);
      const all: Mutable<RunOptions & { key?: string | undefined }> = Object.assign(
        found ?? {},
        fixed,
        extra,
      );
      if (metadata !== undefined) all.metadata = metadata;
      return all;
    },
    onRun(run, call) {
      presetOnRun?.(run, call, options);
      onRun?.(run, call);
    },
  };
};

/** Declares each key's schedule once, as the runner hands it to the first call. */
const declareFrom = <Options extends JobOptions>(
  preset: JobPreset<Options>,
): ((client: HeartbeatClient, call: WrappedCall, key: string | undefined) => void) => {
  const declared = new Set<string>();
  return (client, call, key) => {
    if (key === undefined || declared.has(key) || declared.size >= mostDeclared) return;
    declared.add(key);
    try {
      const schedule = preset.schedule?.(call);
      if (schedule !== undefined) client.declare(key, schedule);
    } catch {
      // A job runs whatever its schedule looks like.
    }
  };
};

/** Wraps now, finds the client at each call: jobs are often defined before `initHeartbeat` ran. */
const wrapLate = <Options extends JobOptions>(
  preset: JobPreset<Options>,
  { key, keyless, job, options }: Given<Options>,
  wrapOptions: WrapOptions,
  slot: Slot,
): Callable => {
  let lastClient: HeartbeatClient | undefined;
  let lastWrapped: Callable = job;
  const declare = preset.schedule && declareFrom(preset);
  const monitored = (self: unknown, args: readonly unknown[]): Callable => {
    const client = clientOf(options.client);
    if (client === undefined) return job;
    if (client !== lastClient) {
      lastWrapped = client.wrap(
        typeof key === 'string' ? key : () => slot.key as string,
        job,
        wrapOptions,
      );
      lastClient = client;
    }
    declare?.(client, { self, args }, slot.key);
    return lastWrapped;
  };
  const { bypass } = preset;
  return new Proxy<Callable>(job, {
    apply(target: Callable, self, args: unknown[]) {
      slot.key = keyOf(key, self, args);
      const bypassed = bypass?.({ self, args }, slot.key) === true;
      return Reflect.apply(bypassed ? target : monitored(self, args), self, args);
    },
    get: answerBrand({
      key: typeof key === 'string' ? key : undefined,
      byDefault: keyless,
      runner: preset.runner,
      inner: wrappedBy(job),
    }),
  });
};

/** Makes the `withHeartbeat` of a runner from what its calls mean. */
export const createWithHeartbeat =
  <Options extends JobOptions>(preset: JobPreset<Options>) =>
  (...args: readonly unknown[]): never => {
    const given = readArguments(preset, args);
    const { key, keyless, job, options } = given;
    if (typeof options !== 'object' || options === null) checkWrap(key, job, options);
    const slot: Slot = { key: undefined };
    const wrapOptions = wrapOptionsOf(preset, given, slot);
    checkWrap(key, job, wrapOptions);
    checkOptions({ client: options.client }, clientRule);
    preset.check?.(options);
    const told = keyless ? undefined : key;
    if (typeof told !== 'function' && isWrappedWith(job, told)) {
      throw new LubdubError(
        'ERR_LUBDUB_WRAPPED_TWICE',
        `The handler is wrapped with ${told === undefined ? 'the default monitor key' : `the monitor key "${told}"`} already; wrap it once, or give the second wrap a key of its own.`,
        { option: 'key' },
      );
    }
    return wrapLate(preset, given, wrapOptions, slot) as never;
  };

/** Presets without anything of their own: any function. */
const anyFunction: JobPreset = { runner: '@lubdub/jobs' };

/**
 * The same function, each call a run of the monitor `key`: a start before it, a success or a fail after it. Keeps `this`,
 * arguments, result, error object, name, arity, properties, and whether it is synchronous.
 *
 * @param key the monitor's key, or a function of the arguments that returns it
 * @param job the function to monitor; may return a promise, thenable, generator, async iterable or Observable
 * @throws LubdubError `ERR_LUBDUB_INVALID_KEY`, `ERR_LUBDUB_NOT_A_FUNCTION`, `ERR_LUBDUB_WRAPPED_TWICE` or an option's error
 *
 * @example
 * const backup = withHeartbeat('nightly-backup', async (database: string) => save(database));
 * await backup('orders');
 */
export const withHeartbeat: KeyedWithHeartbeat = createWithHeartbeat(anyFunction);
