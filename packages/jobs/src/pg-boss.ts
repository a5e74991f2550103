import type { AnyJob, RunEnd, RunOptions, WrapOptions } from '@lubdub/core';
import { BatchRuns, type JobEnd } from './batches.ts';
import { checkOptions, flag, type Rule } from './check.ts';
import { clientOf } from './find-client.ts';
import type { JobOptions, JobPreset } from './preset.ts';
import { uuidV5 } from './uuid.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

/** Options of `withHeartbeat` for pg-boss. */
export interface PgBossOptions extends JobOptions {
  /**
   * The queue's `retryLimit`, for handlers that `work` without `includeMetadata`: they cannot see it. Where it is unknown each
   * failed attempt is told as a fail, as a run of its own.
   */
  readonly retryLimit?: number | undefined;
  /** The handler works with `perJobResults`: jobs that its result leaves out have failed. Default: seen by the result. */
  readonly perJobResults?: boolean | undefined;
}

interface PgBossJob {
  readonly id: string;
  readonly name: string;
  readonly retryCount?: number;
  readonly retryLimit?: number;
}

const rules: Readonly<Record<string, Rule>> = {
  retryLimit: ['a whole number', (value) => Number.isInteger(value) && (value as number) >= 0],
  perJobResults: flag,
};

const batches = new BatchRuns();

const jobsOf = (args: readonly unknown[]): readonly PgBossJob[] =>
  (Array.isArray(args[0]) ? args[0] : [args[0]]) as readonly PgBossJob[];

const limitOf = (job: PgBossJob, options: PgBossOptions): number | undefined =>
  job.retryLimit ?? options.retryLimit;

const isFinal = (job: PgBossJob, options: PgBossOptions): boolean => {
  const limit = limitOf(job, options);
  return limit === undefined || (job.retryCount ?? 0) >= limit;
};

const planJob = (job: PgBossJob, options: PgBossOptions): RunOptions => {
  const limit = limitOf(job, options);
  const attempt = (job.retryCount ?? 0) + 1;
  return {
    runId: limit === undefined ? uuidV5(`pg-boss:${job.id}:${attempt}`) : job.id,
    sendStart: limit === undefined || limit === 0 ? true : attempt === 1 && 'unlimited',
    resumable: !isFinal(job, options),
    metadata: {
      queue: job.name,
      jobId: job.id,
      attempt,
      ...(limit === undefined ? {} : { attempts: limit + 1 }),
    },
  };
};

interface JobResult {
  readonly id: string;
  readonly status: string;
}

const statuses: readonly unknown[] = ['completed', 'failed', 'deadletter'];

/** The result of a handler with `perJobResults`, or undefined for any other. */
const perJob = (
  result: unknown,
  jobs: readonly PgBossJob[],
  options: PgBossOptions,
): readonly JobResult[] | undefined => {
  if (options.perJobResults === false) return undefined;
  if (!Array.isArray(result)) return options.perJobResults === true ? [] : undefined;
  const results = result as readonly (Partial<JobResult> | null)[];
  const fits = results.every(
    (one) => statuses.includes(one?.status) && jobs.some(({ id }) => id === one?.id),
  );
  return options.perJobResults === true || (fits && results.length > 0)
    ? (results.filter((one) => one !== null) as readonly JobResult[])
    : undefined;
};

const endOf = (job: PgBossJob, status: string | undefined, options: PgBossOptions): JobEnd => {
  if (status === 'completed') return 'success';
  return status === 'deadletter' || isFinal(job, options) ? 'fail' : 'deferred';
};

const classifyEnd = (end: RunEnd, options: PgBossOptions): JobEnd => {
  const jobs = jobsOf(end.args);
  const results = end.threw ? [] : perJob(end.result, jobs, options);
  const ends = jobs.map((job) =>
    results === undefined
      ? 'success'
      : endOf(job, results.find(({ id }) => id === job.id)?.status, options),
  );
  return batches.settle(end, ends, 'this attempt failed, another one follows');
};

const runOptionsOf = (options: PgBossOptions): RunOptions => {
  const {
    client: _client,
    retryLimit: _limit,
    perJobResults: _results,
    perCall: _perCall,
    onRun: _onRun,
    callbackIndex: _index,
    until: _until,
    classify: _classify,
    ...own
  } = options as PgBossOptions & WrapOptions;
  return own;
};

const preset: JobPreset<PgBossOptions> = {
  runner: 'pg-boss',
  optionNames: ['retryLimit', 'perJobResults'],
  check: (options) => checkOptions(options, rules, false),
  defaultKey: ({ args }) => jobsOf(args)[0]?.name,
  perCall({ args }, _job, options) {
    const [first] = jobsOf(args);
    return first && planJob(first, options);
  },
  onRun(run, { args }, options) {
    const own = runOptionsOf(options);
    const others = jobsOf(args)
      .slice(1)
      .map((job) => {
        const plan = planJob(job, options);
        return { ...plan, ...own, metadata: { ...plan.metadata, ...own.metadata } };
      });
    const client = clientOf(options.client);
    if (client !== undefined) batches.begin(run, others, (plan) => client.start(run.key, plan));
  },
  classify: classifyEnd,
};

/**
 * A pg-boss handler, monitored: each job of the batch is a run, over all its attempts. `work` with `includeMetadata: true` lets
 * it see how many attempts are left, so that only the last one's failure is told as a fail; `perJobResults` are read. The key
 * may be left out: it is then the queue's name.
 *
 * @throws LubdubError for a wrong key, handler or option
 *
 * @example
 * await boss.work('mail', { includeMetadata: true }, withHeartbeat(async ([job]) => send(job.data)));
 */
export const withHeartbeat: WithHeartbeat<AnyJob, PgBossOptions> = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
