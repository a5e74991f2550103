import type { MaintenanceWindow } from '../model.ts';
import type { ScheduleReader } from './schedule.ts';

/** When the window that covers `timeMs` ends; `null` when none covers it. Adjoining windows count as one. */
export const maintenanceEnd = (
  windows: readonly MaintenanceWindow[],
  timeMs: number,
  schedules: ScheduleReader,
): number | null => {
  let endMs: number | null = null;
  // each round can reach one window further; more rounds than windows would mean that they never end
  for (let round = 0; round <= windows.length; round += 1) {
    const further = latestEnd(windows, endMs ?? timeMs, schedules);
    if (further === null) break;
    endMs = further;
  }
  return endMs;
};

const latestEnd = (
  windows: readonly MaintenanceWindow[],
  timeMs: number,
  schedules: ScheduleReader,
): number | null => {
  let latest: number | null = null;
  for (const window of windows) {
    const endMs = endOf(window, timeMs, schedules);
    if (endMs !== null && (latest === null || endMs > latest)) latest = endMs;
  }
  return latest;
};

const endOf = (
  window: MaintenanceWindow,
  timeMs: number,
  schedules: ScheduleReader,
): number | null => {
  if (window.kind === 'once')
    return timeMs >= window.fromMs && timeMs < window.toMs ? window.toMs : null;
  // the latest opening that could still be open
  const openedMs = schedules.nextCron(
    window.expression,
    window.timezone,
    timeMs - window.durationMs,
  );
  return openedMs !== null && openedMs <= timeMs ? openedMs + window.durationMs : null;
};
