import type { CronJob } from 'cron';
import { cronSchedule } from './schedule-text.ts';
import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

/** What is read of a job. */
interface CronJobLike {
  readonly name?: unknown;
  readonly cronTime?: { readonly source?: unknown; readonly timeZone?: unknown };
}

const jobOf = (self: unknown): CronJobLike | undefined =>
  typeof self === 'object' && self !== null ? self : undefined;

const preset: JobPreset = {
  runner: 'cron',
  defaultKey({ self }) {
    const name = jobOf(self)?.name;
    return typeof name === 'string' ? name : undefined;
  },
  schedule({ self }) {
    const { source, timeZone } = jobOf(self)?.cronTime ?? {};
    return cronSchedule(source, timeZone);
  },
};

/** An `onTick` as a job calls it: what a function without types gets for its `this`. */
export type CronTick = (this: CronJob, onComplete: unknown) => unknown;

/**
 * An `onTick` of the package `cron`, monitored. The key may be left out for a job with a `name`, unless the job has a `context`
 * of its own; the expression and time zone are declared as the monitor's schedule.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * CronJob.from({ name: 'nightly-backup', cronTime: '0 0 3 * * *', onTick: withHeartbeat(backUp), start: true });
 */
export const withHeartbeat: WithHeartbeat<CronTick> & WithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
