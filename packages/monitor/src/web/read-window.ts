import { InputError, readMonitorInput } from '../api/monitor-input.ts';
import { findCronFault } from '../evaluate/schedule.ts';
import type { MaintenanceWindow, MonitorDefinition } from '../model.ts';
import { parseDuration, writeDuration } from './render/format.ts';
import { readZonedTime, writeZonedTime } from './zoned-time.ts';

/** The fields of the maintenance form, as text. */
export interface WindowFields {
  readonly kind: MaintenanceWindow['kind'];
  /** By the clock of the time zone; empty is now. */
  readonly from: string;
  readonly expression: string;
  readonly timezone: string;
  readonly duration: string;
}

/** What the form starts with. */
export const emptyWindow = (timezone: string): WindowFields => ({
  kind: 'once',
  from: '',
  expression: '',
  timezone,
  duration: '1h',
});

/** A window as the form shows it. */
export const fieldsOfWindow = (window: MaintenanceWindow, timezone: string): WindowFields =>
  window.kind === 'once'
    ? {
        ...emptyWindow(timezone),
        from: writeZonedTime(window.fromMs, timezone),
        duration: writeDuration(window.toMs - window.fromMs),
      }
    : {
        kind: 'cron',
        from: '',
        expression: window.expression,
        timezone: window.timezone,
        duration: writeDuration(window.durationMs),
      };

/** Takes the fields out of what a browser sent. */
export const readWindowFields = (form: URLSearchParams): WindowFields => {
  const field = (name: string): string => (form.get(name) ?? '').trim().slice(0, 300);
  return {
    kind: field('windowKind') === 'cron' ? 'cron' : 'once',
    from: field('from'),
    expression: field('windowExpression'),
    timezone: field('windowTimezone') || 'UTC',
    duration: field('duration'),
  };
};

/**
 * Reads the form by the same rules as the API.
 * @returns the window, or what is wrong
 */
export const readWindow = (
  fields: WindowFields,
  before: MonitorDefinition,
  nowMs: number,
): MaintenanceWindow | string => {
  const { kind, from, expression, timezone } = fields;
  const durationMs = parseDuration(fields.duration);
  if (durationMs === null)
    return `"${fields.duration.slice(0, 40)}" is no duration; write 90s, 5m or 1h 30m.`;
  const zoneFault = findCronFault('* * * * *', timezone);
  if (zoneFault !== null) return zoneFault;
  const fromMs = from === '' ? nowMs : readZonedTime(from, timezone);
  if (fromMs === null) return `"${from.slice(0, 40)}" is no date and time.`;
  const window =
    kind === 'cron'
      ? { kind, expression, timezone, durationMs }
      : { kind, fromMs, toMs: fromMs + durationMs };
  try {
    return readMonitorInput({ maintenance: [window] }, before).maintenance?.[0] ?? window;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
};
