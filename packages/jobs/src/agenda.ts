import type { Job } from 'agenda';
import { agendaPreset } from './agenda/preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

/** A handler as `define` takes it: what a handler without types gets for its parameters. */
export type AgendaHandler = (
  // oxlint-disable-next-line typescript/no-explicit-any -- what Agenda says of a job whose data is not typed
  job: Job<any>,
  done: (error?: Error) => void,
) => unknown;

/**
 * An Agenda handler, monitored. A handler of exactly two parameters is one with `done`, as Agenda sees it; its first call ends
 * the run. A failed attempt that Agenda's backoff tries again is logged; one fail is told at `retry exhausted`. `job.touch()` is
 * a sign of life; a job that outlives its lock is told as failed with reason `lock-expired`, once.
 *
 * Call `agenda.define` yourself: fork mode records which file called it. The key may be left out: it is then the job's name.
 *
 * @throws LubdubError for a wrong key, handler or option
 *
 * @example
 * agenda.define('send invoices', withHeartbeat(async (job) => sendInvoices(job.attrs.data)));
 */
export const withHeartbeat: WithHeartbeat<AgendaHandler> & WithHeartbeat =
  createWithHeartbeat(agendaPreset);

export type { AgendaJob, AgendaLike } from './agenda/job.ts';
export {
  type AgendaMonitor,
  monitorAgenda,
  type MonitorAgendaOptions,
} from './agenda/monitor-agenda.ts';
export {
  type AgendaQueue,
  type AgendaQueueMonitor,
  type MonitorAgendaQueueOptions,
  monitorQueue,
} from './agenda/monitor-queue.ts';
export type { JobOptions } from './preset.ts';
export type { ProgressOptions } from './progress.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
