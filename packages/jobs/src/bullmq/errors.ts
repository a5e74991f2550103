import type { RunReason } from '@lubdub/core';
import { attemptsOf, type BullMqJob } from './job.ts';

const rateLimitMessage = 'bullmq:rateLimitExceeded';

const suspensions: Readonly<Record<string, string>> = {
  DelayedError: 'delayed',
  WaitingError: 'moved back to wait',
  WaitingChildrenError: 'waiting for its children',
  RateLimitError: 'rate limited',
};

const textOf = (error: unknown, name: 'name' | 'message'): string => {
  const value: unknown = (error as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value : '';
};

const classNames = (error: unknown): readonly string[] => {
  const names: string[] = [];
  for (
    let prototype: unknown = Object.getPrototypeOf(error);
    prototype !== null && prototype !== Error.prototype && names.length < 8;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const { constructor } = prototype as { constructor?: { name?: unknown } };
    if (typeof constructor?.name === 'string') names.push(constructor.name);
  }
  return names;
};

const isNamed = (error: unknown, name: string): boolean =>
  typeof error === 'object' &&
  error !== null &&
  (textOf(error, 'name') === name || classNames(error).includes(name));

/**
 * What the error with which a processor puts its job off says, or undefined for a real error. By name, message or class name:
 * several copies of BullMQ are normal, and a sandbox hands on plain objects.
 */
export const suspensionOf = (error: unknown): string | undefined => {
  if (textOf(error, 'message') === rateLimitMessage) return suspensions['RateLimitError'];
  return Object.entries(suspensions).find(([name]) => isNamed(error, name))?.[1];
};

interface Innards {
  readonly queue?: { readonly opts?: { readonly maxStartedAttempts?: unknown } };
  readonly discarded?: unknown;
}

/**
 * Will BullMQ give the job up after this error? An estimate from inside the processor: a custom backoff strategy may still say
 * no, which the worker's `failed` event tells.
 */
export const isFinalAttempt = (job: BullMqJob, error: unknown): boolean => {
  if (job.attemptsMade + 1 >= attemptsOf(job)) return true;
  if (isNamed(error, 'UnrecoverableError')) return true;
  const { discarded, queue } = job as unknown as Innards;
  const most = queue?.opts?.maxStartedAttempts;
  return (
    discarded === true || (typeof most === 'number' && most > 0 && most <= job.attemptsStarted)
  );
};

const reasons: readonly (readonly [RegExp, RunReason])[] = [
  [/^job stalled more than allowable limit/u, 'stalled'],
  [/^job started more than allowable limit/u, 'started-too-often'],
  [/^child \S+ failed/u, 'failed-by-child'],
  [/^Unexpected exit code/u, 'sandbox-exit'],
];

/** The word for a failure that no processor threw, by the text that BullMQ gives it; `error` for all others. */
export const failureReason = (error: unknown): RunReason => {
  const message = textOf(error, 'message');
  return reasons.find(([pattern]) => pattern.test(message))?.[1] ?? 'error';
};
