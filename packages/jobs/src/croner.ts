import type { Cron } from 'croner';
import { cronSchedule } from './schedule-text.ts';
import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

/** What is read of a job. */
interface CronLike {
  readonly name?: unknown;
  readonly options?: { readonly timezone?: unknown };
  getPattern?(): unknown;
}

const cronOf = (args: readonly unknown[]): CronLike | undefined => args[0] as CronLike | undefined;

const preset: JobPreset = {
  runner: 'croner',
  defaultKey: ({ args }) => {
    const name = cronOf(args)?.name;
    return typeof name === 'string' ? name : undefined;
  },
  schedule: ({ args }) =>
    cronSchedule(cronOf(args)?.getPattern?.(), cronOf(args)?.options?.timezone),
};

interface Functions {
  // A method, since its parameters may be narrower: the function of a `Cron<Context>` is one as well.
  call(self: Cron, context: unknown): unknown;
}

/** A function as croner calls it: what one without types gets for its parameters. */
export type CronerFunction = Functions['call'];

/**
 * A croner function, monitored. The key may be left out for a job with a `name`; its pattern and time zone are declared as the
 * monitor's schedule. Errors are rethrown: without croner's `catch` an asynchronous one stays an unhandled rejection.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * new Cron('0 3 * * *', { name: 'nightly-backup', catch: true }, withHeartbeat(backUp));
 */
export const withHeartbeat: WithHeartbeat<CronerFunction> & WithHeartbeat =
  createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
