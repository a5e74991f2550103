import { Cron } from 'croner';

import type { Schedule } from '../model.ts';

/** Answers when beats are expected. Parsed cron expressions are kept, at most 10,000. */
export interface ScheduleReader {
  /** The first expected time strictly after `afterMs`, or `null` when there is none any more. */
  nextAfter(schedule: Schedule, afterMs: number): number | null;
  /** The first time of a cron expression strictly after `afterMs`, or `null`. */
  nextCron(expression: string, timezone: string, afterMs: number): number | null;
}

const keptExpressions = 10_000;

/** Makes a reader with its own cache. */
export const createScheduleReader = (): ScheduleReader => {
  const parsed = new Map<string, Cron>();
  const nextCron = (expression: string, timezone: string, afterMs: number): number | null => {
    const name = `${timezone} ${expression}`;
    let cron = parsed.get(name);
    if (cron === undefined) {
      if (parsed.size >= keptExpressions) parsed.clear();
      cron = new Cron(expression, { timezone, paused: true });
      parsed.set(name, cron);
    }
    // croner cuts the start to whole seconds, so a time within the second would be returned again
    return cron.nextRun(new Date(Math.floor(afterMs / 1000) * 1000))?.getTime() ?? null;
  };
  return {
    nextCron,
    nextAfter: (schedule, afterMs) =>
      schedule.kind === 'interval'
        ? afterMs + schedule.intervalMs
        : nextCron(schedule.expression, schedule.timezone, afterMs),
  };
};

/** What is wrong with a schedule, in words, or `null`. */
export const findScheduleFault = (schedule: Schedule): string | null => {
  if (schedule.kind === 'interval') {
    return Number.isSafeInteger(schedule.intervalMs) && schedule.intervalMs >= 1000
      ? null
      : `intervalMs got ${schedule.intervalMs}; it takes a whole number of milliseconds, at least 1000`;
  }
  return findCronFault(schedule.expression, schedule.timezone);
};

/** What is wrong with a cron expression or its time zone, in words, or `null`. */
export const findCronFault = (expression: string, timezone: string): string | null => {
  try {
    // croner accepts any zone until it has to use it
    Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    return `timezone got "${timezone}"; it takes an IANA name such as Europe/Berlin`;
  }
  const fields = expression.trim().split(/\s+/).length;
  if (!expression.startsWith('@') && (fields < 5 || fields > 6)) {
    return `schedule got "${expression}"; it takes a cron expression of five or six fields`;
  }
  try {
    if (new Cron(expression, { timezone, paused: true }).nextRun() === null) {
      return `schedule got "${expression}", which never comes`;
    }
    return null;
  } catch (error) {
    return `schedule got "${expression}": ${error instanceof Error ? error.message : String(error)}`;
  }
};
