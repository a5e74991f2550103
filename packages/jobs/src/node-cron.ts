import { cronSchedule } from './schedule-text.ts';
import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

interface Task {
  readonly name?: unknown;
  readonly timezone?: unknown;
  getPattern?(): unknown;
}

const taskOf = (args: readonly unknown[]): Task | undefined =>
  (args[0] as { task?: Task } | undefined)?.task;

const preset: JobPreset = {
  runner: 'node-cron',
  insteadOfFunction:
    'It takes the function itself. A background task is a file of its own: wrap the function inside that file.',
  defaultKey: ({ args }) => {
    const name = taskOf(args)?.name;
    return typeof name === 'string' ? name : undefined;
  },
  schedule({ args }) {
    const task = taskOf(args);
    return cronSchedule(task?.getPattern?.(), task?.timezone);
  },
};

/**
 * A node-cron task function, monitored. The key may be left out for a task with a `name`; the task's expression is declared as
 * the monitor's schedule.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * cron.schedule('0 3 * * *', withHeartbeat(backUp), { name: 'nightly-backup', timezone: 'Europe/Berlin' });
 */
export const withHeartbeat: WithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
