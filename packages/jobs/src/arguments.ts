import { describeValue, LubdubError } from '@lubdub/core';
import type { Callable, JobOptions, JobPreset } from './preset.ts';

/** A monitor key as it is used: the runner's default one is a function as well. */
export type Key = string | ((...args: unknown[]) => string);

/** What a `withHeartbeat` was called with. */
export interface Given<Options> {
  readonly key: Key;
  /** The key is the runner's default one. */
  readonly keyless: boolean;
  readonly job: Callable;
  readonly options: Options;
}

const isPath = (value: unknown): boolean =>
  value instanceof URL || (typeof value === 'string' && /[\\/]|\.[cm]?[jt]s$/u.test(value));

const isOptions = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof URL) &&
  !(value instanceof Promise);

/** Was the key left out? A wrong handler must not make that of its key: it is what the error has to be about. */
const leavesKeyOut = (args: readonly unknown[]): boolean => {
  const [first, second] = args;
  if (args.length > 2 || typeof second === 'function') return false;
  if (typeof first === 'string') return isPath(first) && (args.length === 1 || isOptions(second));
  return (
    second === undefined || second === null || isOptions(second) || typeof first !== 'function'
  );
};

/**
 * Reads `(key, handler, options?)`, or `(handler, options?)` of a runner that knows a key.
 *
 * @throws LubdubError `ERR_LUBDUB_NOT_A_FUNCTION` where the runner has more to say of a handler that is none
 */
export const readArguments = <Options extends JobOptions>(
  { defaultKey, runner, insteadOfFunction }: JobPreset<Options>,
  args: readonly unknown[],
): Given<Options> => {
  const keyless = defaultKey !== undefined && leavesKeyOut(args);
  const byRunner = function (this: unknown, ...callArgs: unknown[]): unknown {
    return defaultKey?.({ self: this, args: callArgs });
  };
  const [key, job, options = {}] = keyless ? [byRunner, ...args] : args;
  if (typeof job !== 'function' && insteadOfFunction !== undefined) {
    throw new LubdubError(
      'ERR_LUBDUB_NOT_A_FUNCTION',
      `withHeartbeat of ${runner} got ${isPath(job) ? 'a path' : describeValue(job)} as its handler. ${insteadOfFunction}`,
      { option: 'job' },
    );
  }
  return { key: key as Key, keyless, job: job as Callable, options: options as Options };
};
