import type { RunEnd } from '@lubdub/core';
import type { JobPreset } from './preset.ts';
import { uuidV5 } from './uuid.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

interface GraphileJob {
  readonly id: string;
  readonly task_identifier: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly created_at?: Date | string;
}

const jobOf = (args: readonly unknown[]): GraphileJob | undefined =>
  (args[1] as { job?: GraphileJob } | undefined)?.job;

const createdAt = (job: GraphileJob): string =>
  job.created_at === undefined ? '' : new Date(job.created_at).toISOString();

/** A batch job's result: an array as long as its payload, whose rejected promises are what failed. */
const batchEnd = (result: unknown, args: readonly unknown[]): Promise<unknown> | undefined => {
  const [payload] = args;
  if (!Array.isArray(payload) || !Array.isArray(result) || payload.length !== result.length)
    return undefined;
  return Promise.allSettled(result).then((ends) => {
    const failed = ends.filter((end) => end.status === 'rejected');
    const [first] = failed;
    if (first !== undefined) throw first.reason;
    return result;
  });
};

const classifyEnd = ({ threw, run, args }: RunEnd): 'fail' | 'deferred' | undefined => {
  if (!threw) return undefined;
  const job = jobOf(args);
  if (job === undefined || job.attempts >= job.max_attempts) return 'fail';
  run.defer(`attempt ${job.attempts} of ${job.max_attempts} failed, another one follows`);
  return 'deferred';
};

const preset: JobPreset = {
  runner: 'graphile-worker',
  defaultKey: ({ args }) => jobOf(args)?.task_identifier,
  forJob: () => ({ until: (result, { args }) => batchEnd(result, args) }),
  perCall({ args }) {
    const job = jobOf(args);
    if (job === undefined) return undefined;
    return {
      runId: uuidV5(`graphile-worker:${job.id}:${createdAt(job)}`),
      sendStart: job.attempts <= 1 && (job.max_attempts > 1 ? 'unlimited' : true),
      resumable: job.attempts < job.max_attempts,
      metadata: {
        task: job.task_identifier,
        jobId: job.id,
        attempt: job.attempts,
        attempts: job.max_attempts,
      },
    };
  },
  classify: classifyEnd,
};

/**
 * A graphile-worker task, monitored. A job is one run over all its attempts, with one fail at the last of them, as the worker's
 * `job:failed` has it. A batch job that returns an array of promises ends with the last of them, and fails if one rejects. The
 * key may be left out: it is then the task's identifier.
 *
 * @throws LubdubError for a wrong key, task or option
 *
 * @example
 * const taskList = { mail: withHeartbeat(async (payload, helpers) => send(payload)) };
 */
export const withHeartbeat: WithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
