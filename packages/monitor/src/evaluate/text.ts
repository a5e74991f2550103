import type { IncomingPing, Schedule } from '../model.ts';
import type { ScheduleReader } from './schedule.ts';

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const;

/** A duration for people, in the largest unit that divides it: `5 minutes`, `90 seconds`, `1.5 seconds`. */
export const describeDuration = (durationMs: number): string => {
  for (const [unitMs, name] of units) {
    if (durationMs >= unitMs && durationMs % unitMs === 0) return plural(durationMs / unitMs, name);
  }
  return durationMs < 1000
    ? plural(durationMs, 'millisecond')
    : plural(Math.round(durationMs / 100) / 10, 'second');
};

const plural = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;

/**
 * Why a monitor is down that missed its beat. For an interval it has the form of Exemplar's text (PROTOCOLS section 1):
 * `no heartbeat received within 5 minutes + 1 minute`.
 */
export const describeMiss = (
  schedule: Schedule,
  expectedMs: number,
  graceMs: number,
  schedules: ScheduleReader,
): string => {
  if (schedule.kind === 'interval') {
    return `no heartbeat received within ${describeDuration(schedule.intervalMs)} + ${describeDuration(graceMs)}`;
  }
  const { timezone } = schedule;
  return `no heartbeat received within ${describeDuration(graceMs)} of ${schedules.formatLocal(expectedMs, timezone)} (${timezone})`;
};

/** Why a run is stuck. */
export const describeStuck = (startedMs: number, limitMs: number): string =>
  `run started at ${new Date(startedMs).toISOString()} has not ended within ${describeDuration(limitMs)}`;

/** Why a run failed: its reason, exit status and message, as far as it gave them. */
export const describeFail = (ping: IncomingPing): string => {
  const facts: string[] = [];
  // `error` is what every thrown error is sent as: the message says more.
  const { reason = '' } = ping;
  if (reason !== '' && reason !== 'error') facts.push(reason);
  if (ping.exitCode !== undefined) facts.push(`exit status ${ping.exitCode}`);
  const head = facts.length === 0 ? 'run failed' : `run failed (${facts.join(', ')})`;
  const message = ping.message?.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
  return message === '' ? head : `${head}: ${message}`;
};

/** Why a monitor is down whose runs come too close together. */
export const describeTooOften = (gapMs: number, minIntervalMs: number): string =>
  `ran too often: ${describeDuration(gapMs)} after the run before, expected at least ${describeDuration(minIntervalMs)}`;
