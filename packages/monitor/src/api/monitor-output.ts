import type { MonitorSummary } from '../model.ts';

/**
 * A monitor as the API shows it: everything that can be written under the names it is written with, and its state.
 * The ping token is a secret and is shown only to those who may administrate.
 */
export const showMonitor = (
  monitor: MonitorSummary,
  withToken: boolean,
): Record<string, unknown> => {
  const { schedule, pingToken, ...rest } = monitor;
  return {
    ...rest,
    schedule: schedule?.kind === 'cron' ? schedule.expression : null,
    intervalMs: schedule?.kind === 'interval' ? schedule.intervalMs : null,
    timezone: schedule?.kind === 'cron' ? schedule.timezone : null,
    paused: monitor.health === 'paused',
    ...(withToken ? { pingToken } : {}),
  };
};
