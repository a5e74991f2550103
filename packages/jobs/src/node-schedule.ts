import { cronSchedule } from './schedule-text.ts';
import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

interface Rule {
  stringify?(withSeconds?: boolean): unknown;
  readonly _tz?: unknown;
}

interface Job {
  readonly name?: unknown;
  pendingInvocations?:
    | { readonly recurrenceRule?: Rule }[]
    | (() => { readonly recurrenceRule?: Rule }[]);
}

const ruleOf = (job: Job | undefined): Rule | undefined => {
  const pending = job?.pendingInvocations;
  const list = typeof pending === 'function' ? pending.call(job) : pending;
  return list?.[0]?.recurrenceRule;
};

const preset: JobPreset = {
  runner: 'node-schedule',
  defaultKey({ self }) {
    const name = (self as Job | undefined)?.name;
    return typeof name === 'string' && !name.startsWith('<') ? name : undefined;
  },
  schedule({ self }) {
    const rule = ruleOf(self as Job | undefined);
    return cronSchedule(rule?.stringify?.(true), rule?._tz);
  },
};

/**
 * A node-schedule function, monitored. The key may be left out for a job that was scheduled with a name; a cron expression is
 * declared as the monitor's schedule.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * schedule.scheduleJob('nightly-backup', '0 3 * * *', withHeartbeat(backUp));
 */
export const withHeartbeat: WithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
