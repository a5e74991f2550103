import type { MonitorDeclaration, RunOptions } from '@lubdub/core';
import { uuidV5 } from '../uuid.ts';

/** What is read of a BullMQ job; `Job` of BullMQ 5 and 6 and the job of a sandboxed processor fit. */
export interface BullMqJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly queueName: string;
  /** `prefix:queue`. */
  readonly queueQualifiedName: string;
  readonly timestamp: number;
  readonly attemptsMade: number;
  readonly attemptsStarted: number;
  readonly finishedOn?: number | undefined;
  /** Id of the Job Scheduler that made the job. */
  readonly repeatJobKey?: string | undefined;
  readonly opts: {
    readonly attempts?: number | undefined;
    readonly backoff?: unknown;
    readonly repeat?: unknown;
  };
}

/** How BullMQ jobs are told. */
export interface BullMqJobOptions {
  /**
   * Which failed attempts are told as fails: `final` (default), one fail when BullMQ gives the job up; `every-attempt`, each
   * attempt is a run of its own.
   */
  readonly failures?: 'final' | 'every-attempt' | undefined;
  /**
   * May the job put itself off (`moveToDelayed`, `moveToWait`, `moveToWaitingChildren`)? A service that limits a run's duration then gets no start. Default: true for processors that take the token.
   */
  readonly suspends?: boolean | undefined;
}

/** Names of {@link BullMqJobOptions}, for presets. */
export const bullMqOptionNames = ['failures', 'suspends'] as const;

/** How often BullMQ tries a job. */
export const attemptsOf = (job: BullMqJob): number => Math.max(1, job.opts.attempts ?? 1);

/** The scheduler's id, else `queue.name`. */
export const defaultKey = (job: BullMqJob): string =>
  job.repeatJobKey ?? `${job.queueName}.${job.name}`;

/**
 * The run that a job is: the same id for all its attempts, in whatever process. A job that had failed for good and was retried
 * by hand is a new run.
 */
const runNameOf = (job: BullMqJob, everyAttempt: boolean): string => {
  const name = `${job.queueQualifiedName}:${job.id ?? ''}:${job.timestamp}`;
  if (everyAttempt) return `${name}:attempt:${job.attemptsStarted}`;
  return job.attemptsMade >= attemptsOf(job) ? `${name}:retry:${job.attemptsMade}` : name;
};

/** The options of the run for the attempt that begins. */
export const planAttempt = (
  job: BullMqJob,
  options: BullMqJobOptions,
  suspends: boolean,
): RunOptions => {
  const everyAttempt = options.failures === 'every-attempt';
  const attempts = attemptsOf(job);
  const begins = everyAttempt || job.attemptsStarted <= 1 || job.attemptsMade >= attempts;
  // Now, since BullMQ counts the job's attempts on; hashed when a ping needs it.
  const name = runNameOf(job, everyAttempt);
  const mayContinue = suspends || (attempts > 1 && !everyAttempt);
  return {
    runId: () => uuidV5(name),
    sendStart: begins && (mayContinue ? 'unlimited' : true),
    resumable: true,
    metadata: {
      queue: job.queueName,
      job: job.name,
      jobId: job.id,
      attempt: job.attemptsMade + 1,
      attempts,
    },
  };
};

interface RepeatOptions {
  readonly pattern?: unknown;
  readonly every?: unknown;
  readonly tz?: unknown;
}

/** A schedule as Job Schedulers know it; BullMQ reads a pattern without a zone in the process's own. */
export const scheduleOf = (repeat: unknown): MonitorDeclaration | undefined => {
  if (typeof repeat !== 'object' || repeat === null) return undefined;
  const { pattern, every, tz } = repeat as RepeatOptions;
  if (typeof pattern === 'string' && pattern !== '') {
    const timezone =
      typeof tz === 'string' && tz !== '' ? tz : Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { schedule: pattern, timezone };
  }
  const intervalMs = Number(every);
  return intervalMs > 0 ? { intervalMs } : undefined;
};
