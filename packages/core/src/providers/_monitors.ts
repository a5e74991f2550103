import { describeValue, invalidOption } from '../errors.ts';
import type { MonitorDeclaration, MonitorMap, Provider } from './provider.ts';

const times = ['intervalMs', 'graceMs', 'maxDurationMs'] as const;
const texts = ['id', 'name', 'schedule', 'timezone'] as const;
const fields: readonly string[] = [...texts, ...times, 'tags'];

const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
};

const checkDeclaration = (option: string, monitor: MonitorDeclaration): void => {
  const unknown = Object.keys(monitor).find((field) => !fields.includes(field));
  if (unknown !== undefined)
    throw invalidOption(`${option}.${unknown}`, 'an unknown field', fields.join(', '));
  for (const field of texts) {
    const value = monitor[field];
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw invalidOption(
        `${option}.${field}`,
        field === 'id' ? 'no text' : describeValue(value),
        'a text that is not empty',
      );
    }
  }
  for (const field of times) {
    const value = monitor[field];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw invalidOption(`${option}.${field}`, describeValue(value), 'milliseconds, 0 or more');
    }
  }
  if (monitor.schedule !== undefined && monitor.intervalMs !== undefined) {
    throw invalidOption(option, 'both schedule and intervalMs', 'one of them');
  }
  if (monitor.timezone !== undefined && !isTimezone(monitor.timezone)) {
    throw invalidOption(
      `${option}.timezone`,
      describeValue(monitor.timezone),
      'an IANA time zone such as "Europe/Berlin"',
    );
  }
};

/** A map's entry as a declaration; `{}` for a key without one. */
export const declarationOf = (
  monitors: Readonly<Record<string, string | MonitorDeclaration | undefined>> | undefined,
  key: string,
): MonitorDeclaration => {
  const entry = monitors !== undefined && Object.hasOwn(monitors, key) ? monitors[key] : undefined;
  return typeof entry === 'string' ? { id: entry } : (entry ?? {});
};

/** Throws `ERR_LUBDUB_INVALID_OPTION` for a map, a declaration or an id that the service could never accept. */
export const checkMonitors = (
  monitors: MonitorMap | undefined,
  provider: Pick<Provider, 'checkMonitor'>,
): void => {
  if (monitors === undefined) return;
  if (typeof monitors !== 'object' || monitors === null || Array.isArray(monitors)) {
    throw invalidOption(
      'monitors',
      describeValue(monitors),
      'an object of key -> id or declaration',
    );
  }
  for (const [key, entry] of Object.entries(monitors)) {
    const option = `monitors.${key}`;
    if (
      (typeof entry !== 'string' && typeof entry !== 'object') ||
      entry === null ||
      entry === ''
    ) {
      throw invalidOption(option, describeValue(entry), 'the id as text, or { id, schedule, … }');
    }
    const declaration = declarationOf(monitors, key);
    checkDeclaration(option, declaration);
    const problem = provider.checkMonitor?.(key, declaration);
    if (problem !== undefined) throw invalidOption(option, 'a monitor that cannot work', problem);
  }
};

/** Counts the fields of a cron expression. */
export const cronFields = (schedule: string): number => schedule.trim().split(/\s+/u).length;

/** A cron expression whose first of six fields says second 0, as schedulers in the code write it, in five fields; others as they are. */
export const withoutSeconds = (schedule: string | undefined): string | undefined =>
  schedule !== undefined && cronFields(schedule) === 6
    ? schedule.trim().replace(/^0+\s+/u, '')
    : schedule;

/** What is wrong with the declared schedule for a service that reads cron with five fields only, or undefined. */
export const checkFiveFields = (monitor: MonitorDeclaration): string | undefined => {
  const schedule = withoutSeconds(monitor.schedule);
  return schedule !== undefined && !schedule.startsWith('@') && cronFields(schedule) !== 5
    ? `a cron expression of 5 fields, not ${cronFields(schedule)} (the service has no seconds)`
    : undefined;
};

/**
 * True when the text is safe as one path segment after encoding: not empty, not `.` or `..` (URL parsers fold them, encoded
 * or not), no control characters.
 */
export const isSegment = (text: string): boolean =>
  text !== '' && !/^\.{1,2}$/u.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text);
