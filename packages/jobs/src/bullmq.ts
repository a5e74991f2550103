import type { AnyJob } from '@lubdub/core';
import type { Job } from 'bullmq';
import { bullMqPreset, type ProcessorOptions } from './bullmq/preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

interface Processors {
  // A method, since its parameters may be narrower: the processor of a `Worker<Data, Result, Name>` is one as well.
  process(job: Job, token?: string, signal?: AbortSignal): Promise<unknown>;
}

/** A processor as a worker takes it: what a handler without types gets for its parameters. */
export type BullMqProcessor = Processors['process'];

/**
 * A BullMQ processor, monitored. Each *job* is one run, over all its attempts and whatever processes they happen in: a start at
 * the first attempt, a success, or one fail when BullMQ gives the job up. An error that only puts the job off
 * (`DelayedError`, `WaitingError`, `WaitingChildrenError`, a rate limit) suspends the run. The processor keeps its arity, by
 * which BullMQ decides whether it gets an AbortSignal.
 *
 * The key may be left out: it is then the Job Scheduler's id, else `queue.name`.
 *
 * @throws LubdubError `ERR_LUBDUB_NOT_A_FUNCTION` for the path of a sandboxed processor: wrap inside the file, or use
 * {@link monitorWorker}
 *
 * @example
 * new Worker('mail', withHeartbeat('welcome-mail', async (job) => send(job.data)), { connection });
 */
export const withHeartbeat: WithHeartbeat<BullMqProcessor, ProcessorOptions> &
  WithHeartbeat<AnyJob, ProcessorOptions> = createWithHeartbeat(bullMqPreset);

export type { ProcessorOptions } from './bullmq/preset.ts';
export type { BullMqJob, BullMqJobOptions } from './bullmq/job.ts';
export {
  type BullMqQueue,
  monitorQueue,
  type MonitorQueueOptions,
  type QueueMonitor,
} from './bullmq/monitor-queue.ts';
export {
  type BullMqScheduler,
  declareSchedules,
  type DeclareSchedulesOptions,
} from './bullmq/schedules.ts';
export type { ProgressOptions } from './progress.ts';
export {
  type BullMqWorker,
  monitorWorker,
  type MonitorWorkerOptions,
  type WorkerMonitor,
} from './bullmq/monitor-worker.ts';
export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
