import { findCronFault, findScheduleFault } from '../evaluate/schedule.ts';
import type { MaintenanceWindow, MonitorDefinition, Schedule } from '../model.ts';
import { showFault } from '../schema/fault.ts';
import { monitorInput } from '../schema/requests.ts';
import { compileSchema } from '../schema/validate.ts';
import type { MonitorChange } from '../store/store.ts';

/** A monitor as people write it: in the API, in `monitors.yaml`, in the `monitors` option. */
export interface MonitorInput {
  /** Shown instead of the key. */
  readonly name?: string;
  /** A cron expression of five or six fields; `null` takes the schedule away. */
  readonly schedule?: string | null;
  /** Milliseconds between beats, at least 1,000; instead of `schedule`. */
  readonly intervalMs?: number | null;
  /** IANA name for `schedule`. Default `UTC`. */
  readonly timezone?: string | null;
  /** How late a beat may be. Default 60,000. */
  readonly graceMs?: number;
  /** A run that lasts longer is stuck. */
  readonly maxDurationMs?: number | null;
  /** Runs closer together than this have run too often. */
  readonly minIntervalMs?: number | null;
  readonly tags?: readonly string[];
  /** Alert channels by name; `null` is all of them. */
  readonly channels?: readonly string[] | null;
  /** Times in which nothing is judged. */
  readonly maintenance?: readonly MaintenanceWindow[];
  readonly paused?: boolean;
}

/** Input that cannot be used; the message names the field, what it got and what it takes. */
export class InputError extends Error {}

const findFault = compileSchema(monitorInput);

/**
 * Reads what someone wrote about a monitor.
 * @param before what is stored, so that a time zone alone can be changed
 * @throws InputError
 */
export const readMonitorInput = (
  input: unknown,
  before: MonitorDefinition | null,
): MonitorChange => {
  const found = findFault(input);
  if (found !== null) {
    throw new InputError(
      found.field === '' ? `a monitor got ${found.got}; it takes an object` : showFault(found),
    );
  }
  const { name, graceMs, maxDurationMs, minIntervalMs, tags, channels, maintenance, paused } =
    input as MonitorInput;
  return {
    ...(name === undefined ? {} : { name: name.toWellFormed() }),
    ...readSchedule(input as MonitorInput, before),
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(maxDurationMs === undefined ? {} : { maxDurationMs }),
    ...(minIntervalMs === undefined ? {} : { minIntervalMs }),
    ...(tags === undefined ? {} : { tags: readTexts(tags) }),
    ...(channels === undefined ? {} : { channels: channels === null ? null : readTexts(channels) }),
    ...(maintenance === undefined ? {} : { maintenance: maintenance.map(readWindow) }),
    ...(paused === undefined ? {} : { paused }),
  };
};

const readTexts = (texts: readonly string[]): string[] => [
  ...new Set(texts.map((text) => text.toWellFormed())),
];

const readSchedule = (
  { schedule, intervalMs, timezone }: MonitorInput,
  before: MonitorDefinition | null,
): MonitorChange => {
  if (typeof schedule === 'string' && typeof intervalMs === 'number') {
    throw new InputError('schedule and intervalMs exclude each other; give one of them');
  }
  let next: Schedule | null | undefined;
  if (typeof intervalMs === 'number') next = { kind: 'interval', intervalMs };
  else if (typeof schedule === 'string') {
    const expression = schedule.trim();
    next = { kind: 'cron', expression, timezone: timezone ?? zoneOf(before) };
  } else if (schedule === null || intervalMs === null) next = null;
  else if (typeof timezone === 'string' && before?.schedule?.kind === 'cron')
    next = { ...before.schedule, timezone };
  if (next === undefined) return {};
  const fault = next === null ? null : findScheduleFault(next);
  if (fault !== null) throw new InputError(fault);
  return { schedule: next };
};

const zoneOf = (before: MonitorDefinition | null): string =>
  before?.schedule?.kind === 'cron' ? before.schedule.timezone : 'UTC';

/** What no schema can say of a window. */
const readWindow = (window: MaintenanceWindow): MaintenanceWindow => {
  if (window.kind === 'once') {
    const { fromMs, toMs } = window;
    if (toMs <= fromMs) throw new InputError('maintenance.toMs takes a time after fromMs');
    return { kind: 'once', fromMs, toMs };
  }
  const { durationMs } = window;
  const expression = window.expression.trim();
  // people may leave it out
  const timezone = (window as { readonly timezone?: string }).timezone ?? 'UTC';
  const fault = findCronFault(expression, timezone);
  if (fault !== null) throw new InputError(`maintenance: ${fault}`);
  return { kind: 'cron', expression, timezone, durationMs };
};
