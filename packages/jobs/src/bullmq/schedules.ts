import type { HeartbeatClient, MonitorDeclaration } from '@lubdub/core';
import { callable, checkOptions, milliseconds, withMethods } from '../check.ts';
import { clientOf } from '../find-client.ts';
import { scheduleOf } from './job.ts';

/** A Job Scheduler as `getJobSchedulers` describes it. */
export interface BullMqScheduler {
  readonly key: string;
  readonly name: string;
  readonly pattern?: string | undefined;
  readonly every?: number | string | undefined;
  readonly tz?: string | undefined;
  readonly endDate?: number | undefined;
}

/** Options of {@link declareSchedules}. */
export interface DeclareSchedulesOptions {
  /** The monitor's key for a scheduler. Default: the scheduler's id. */
  readonly key?: ((scheduler: BullMqScheduler) => string | undefined) | undefined;
  /** How late a job may be, milliseconds. Default: the service's. */
  readonly graceMs?: number | undefined;
  /** Default: the client of `initHeartbeat`. */
  readonly client?: HeartbeatClient | undefined;
}

interface SchedulerSource {
  getJobSchedulers(): Promise<readonly BullMqScheduler[]>;
}

/**
 * Declares a monitor for each Job Scheduler of a queue, with its pattern and time zone or its interval; schedulers whose end
 * has passed are left out. Providers that were asked to upsert create them; `verify()` compares them.
 *
 * @returns what was declared, by key; empty where there is no client
 * @throws LubdubError for a wrong option, and what Redis throws
 */
export const declareSchedules = async (
  queue: SchedulerSource,
  options: DeclareSchedulesOptions = {},
): Promise<Readonly<Record<string, MonitorDeclaration>>> => {
  checkOptions(options, {
    key: callable,
    graceMs: milliseconds(0),
    client: withMethods('a client of createHeartbeat', 'declare'),
  });
  const client = clientOf(options.client);
  if (client === undefined) return {};
  const declared: Record<string, MonitorDeclaration> = {};
  for (const scheduler of await queue.getJobSchedulers()) {
    const { key, endDate } = scheduler;
    const schedule = scheduleOf(scheduler);
    const monitor = options.key === undefined ? key : options.key(scheduler);
    if (schedule === undefined || monitor === undefined) continue;
    if (endDate !== undefined && endDate < Date.now()) continue;
    const { graceMs } = options;
    declared[monitor] = { ...schedule, ...(graceMs === undefined ? {} : { graceMs }) };
    client.declare(monitor, declared[monitor]);
  }
  return declared;
};
