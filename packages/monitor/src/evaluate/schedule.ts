import { Cron } from 'croner';

import type { Schedule } from '../model.ts';

/** Answers when beats are expected. Parsed cron expressions are kept, at most 10,000, with their last answers. */
export interface ScheduleReader {
  /** The first expected time strictly after `afterMs`, or `null` when there is none any more. */
  nextAfter(schedule: Schedule, afterMs: number): number | null;
  /** The first time of a cron expression strictly after `afterMs`, or `null`. */
  nextCron(expression: string, timezone: string, afterMs: number): number | null;
  /** Date and time in a time zone, as `2026-01-02 02:00:00`. */
  formatLocal(timeMs: number, timezone: string): string;
}

const keptExpressions = 10_000;
const keptAnswers = 8;
/** One holds tens of kilobytes. */
const keptZones = 100;
/** Before this year there were time zones whose offset from UTC was no whole number of minutes. */
const wholeMinutesSinceMs = Date.UTC(1973, 0);

/** One cron expression in one time zone. It takes croner a tenth of a millisecond to find a time. */
const createExpression = (expression: string, timezone: string) => {
  const cron = new Cron(expression, { timezone, paused: true });
  // without a field for seconds every second of a minute has the same answer
  const precisionMs = expression.trim().split(/\s+/).length === 5 ? 60_000 : 1000;
  const answers = new Map<number, number | null>();
  return (afterMs: number): number | null => {
    const lengthMs = afterMs < wholeMinutesSinceMs ? 1000 : precisionMs;
    const slotMs = Math.floor(afterMs / lengthMs) * lengthMs;
    const known = answers.get(slotMs);
    if (known !== undefined) return known;
    // croner cuts the start to whole seconds, so a time within the second would be returned again
    const nextMs = cron.nextRun(new Date(Math.floor(afterMs / 1000) * 1000))?.getTime() ?? null;
    if (answers.size >= keptAnswers) answers.clear();
    answers.set(slotMs, nextMs);
    return nextMs;
  };
};

const createLocalFormat = (timezone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });

/** Finds what is kept under a name, or makes it; all is dropped when there is too much. */
const find = <T>(kept: Map<string, T>, most: number, name: string, create: () => T): T => {
  let found = kept.get(name);
  if (found === undefined) {
    if (kept.size >= most) kept.clear();
    found = create();
    kept.set(name, found);
  }
  return found;
};

/** Makes a reader with its own cache. */
export const createScheduleReader = (): ScheduleReader => {
  const expressions = new Map<string, (afterMs: number) => number | null>();
  const formats = new Map<string, Intl.DateTimeFormat>();
  const nextCron = (expression: string, timezone: string, afterMs: number): number | null =>
    find(expressions, keptExpressions, `${timezone} ${expression}`, () =>
      createExpression(expression, timezone),
    )(afterMs);
  return {
    nextCron,
    nextAfter: (schedule, afterMs) =>
      schedule.kind === 'interval'
        ? afterMs + schedule.intervalMs
        : nextCron(schedule.expression, schedule.timezone, afterMs),
    formatLocal: (timeMs, timezone) =>
      find(formats, keptZones, timezone, () => createLocalFormat(timezone)).format(timeMs),
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
