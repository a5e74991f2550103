import type { MonitorDeclaration } from '@lubdub/core';

interface CronMetadata {
  readonly cronTime?: unknown;
  readonly timeZone?: unknown;
  readonly utcOffset?: unknown;
  readonly disabled?: unknown;
}

const read = (method: object, key: string): unknown => Reflect.getMetadata(key, method) as unknown;

const localTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const fromCron = (cron: CronMetadata): MonitorDeclaration | undefined => {
  const { cronTime, timeZone, utcOffset, disabled } = cron;
  // A date is one run; a fixed offset has no time zone's name, and a wrong one would raise false alarms.
  if (typeof cronTime !== 'string' || disabled === true) return undefined;
  if (utcOffset !== undefined && utcOffset !== null && utcOffset !== 0) return undefined;
  if (utcOffset === 0) return { schedule: cronTime, timezone: 'UTC' };
  return {
    schedule: cronTime,
    timezone: typeof timeZone === 'string' ? timeZone : localTimezone(),
  };
};

/** Is this a method that `@nestjs/schedule` calls? By what `@Cron`, `@Interval` and `@Timeout` write on it. */
export const isScheduled = (method: object): boolean =>
  read(method, 'SCHEDULER_TYPE') !== undefined;

/**
 * The schedule that `@Cron` or `@Interval` put on a method, as a monitor's. Undefined where it has none that can be told: a
 * date, a disabled job, a fixed offset, `@Timeout`.
 */
export const scheduleOf = (method: object): MonitorDeclaration | undefined => {
  const cron = read(method, 'SCHEDULE_CRON_OPTIONS');
  if (typeof cron === 'object' && cron !== null) return fromCron(cron);
  const interval = read(method, 'SCHEDULE_INTERVAL_OPTIONS') as { timeout?: unknown } | undefined;
  return typeof interval?.timeout === 'number' ? { intervalMs: interval.timeout } : undefined;
};
