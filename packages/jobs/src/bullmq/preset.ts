import type { HeartbeatClient, RunEnd } from '@lubdub/core';
import { Claims } from '../claims.ts';
import { clientOf } from '../find-client.ts';
import type { JobOptions, JobPreset } from '../preset.ts';
import { checkBullMqOptions } from './check.ts';
import { isFinalAttempt, suspensionOf } from './errors.ts';
import {
  attemptsOf,
  type BullMqJob,
  type BullMqJobOptions,
  bullMqOptionNames,
  defaultKey,
  planAttempt,
  scheduleOf,
} from './job.ts';

/** Options of `withHeartbeat` for BullMQ processors. */
export interface ProcessorOptions extends JobOptions, BullMqJobOptions {}

/** Jobs that `monitorWorker` tells. */
export const claims: Claims = new Claims();

const jobOf = (args: readonly unknown[]): BullMqJob => args[0] as BullMqJob;

interface Emitter {
  on(name: 'failed', listener: (job: unknown, error: unknown) => void): unknown;
  off(name: 'failed', listener: (job: unknown, error: unknown) => void): unknown;
}

const workerOf = (job: BullMqJob): Emitter | undefined => {
  const { queue } = job as unknown as { queue?: Partial<Emitter> };
  return typeof queue?.on === 'function' && typeof queue.off === 'function'
    ? (queue as Emitter)
    : undefined;
};

/** The fail of a job that its custom backoff strategy gave up although it had attempts left. */
const failLate = (client: HeartbeatClient | undefined, { run, args }: RunEnd): void => {
  const job = jobOf(args);
  const { backoff } = job.opts;
  const { type } = (typeof backoff === 'object' && backoff !== null ? backoff : {}) as {
    type?: unknown;
  };
  if (client === undefined || type === undefined || type === 'fixed' || type === 'exponential')
    return;
  const worker = workerOf(job);
  const listener = (failed: unknown, error: unknown): void => {
    if (failed !== job) return;
    worker?.off('failed', listener);
    if (job.finishedOn === undefined) return;
    client.start(run.key, { runId: run.id, sendStart: false }).fail(error);
  };
  worker?.on('failed', listener);
};

const classifyEnd = (end: RunEnd, options: ProcessorOptions): 'fail' | 'deferred' | undefined => {
  if (!end.threw) return undefined;
  const job = jobOf(end.args);
  const suspension = suspensionOf(end.error);
  if (suspension !== undefined) {
    end.run.defer(suspension);
    return 'deferred';
  }
  if (options.failures === 'every-attempt' || isFinalAttempt(job, end.error)) return 'fail';
  end.run.defer(
    `attempt ${job.attemptsMade + 1} of ${attemptsOf(job)} failed, another one follows`,
  );
  failLate(clientOf(options.client), end);
  return 'deferred';
};

/** What calls of a BullMQ processor mean. */
export const bullMqPreset: JobPreset<ProcessorOptions> = {
  runner: 'BullMQ',
  optionNames: bullMqOptionNames,
  check: checkBullMqOptions,
  insteadOfFunction:
    'It takes the function itself. A sandboxed processor is wrapped inside its own file, or watched from outside with monitorWorker(worker).',
  defaultKey: ({ args }) => defaultKey(jobOf(args)),
  perCall: ({ args }, processor, options) =>
    planAttempt(jobOf(args), options, options.suspends ?? processor.length >= 2),
  classify: classifyEnd,
  schedule: ({ args }) => scheduleOf(jobOf(args).opts.repeat),
  bypass: ({ args }, key) => claims.taken(args[0], key, 'monitorWorker'),
};
