import type { Schedule } from '../model.ts';
import type { Deadline, JudgedSettings, Machine, TrackedRun } from './machine.ts';
import { isFailing } from './machine.ts';
import { maintenanceEnd } from './maintenance.ts';
import type { ScheduleReader } from './schedule.ts';
import { describeMiss, describeStuck } from './text.ts';

/** A beat this little before a cron time is meant for that time: clocks differ and timers fire early. */
const earlyToleranceMs = 5000;

/** When the beat after one at `beatMs` is expected; `null` when never. */
export const expectedAfter = (
  schedule: Schedule,
  beatMs: number,
  graceMs: number,
  schedules: ScheduleReader,
): number | null => {
  const nextMs = schedules.nextAfter(schedule, beatMs);
  if (schedule.kind === 'interval' || nextMs === null) return nextMs;
  const earlyMs = nextMs - beatMs;
  if (earlyMs > Math.min(graceMs, earlyToleranceMs)) return nextMs;
  const followingMs = schedules.nextAfter(schedule, nextMs);
  return followingMs === null || earlyMs > (followingMs - nextMs) / 10 ? nextMs : followingMs;
};

/** Works out what a machine waits for; `expectedMs` and `deadline` are replaced, the rest stays. */
export const withDeadline = (
  settings: JudgedSettings,
  machine: Machine,
  schedules: ScheduleReader,
): Machine => {
  const { schedule } = settings;
  const judged = machine.health !== 'paused';
  const expectedMs =
    judged && schedule !== null && machine.lastBeatMs !== null
      ? expectedAfter(schedule, machine.lastBeatMs, settings.graceMs, schedules)
      : null;
  const deadline = judged ? nextDeadline(settings, machine, expectedMs, schedules) : null;
  return { ...machine, expectedMs, deadline };
};

const nextDeadline = (
  settings: JudgedSettings,
  machine: Machine,
  expectedMs: number | null,
  schedules: ScheduleReader,
): Deadline | null => {
  // a run under way is judged by its own limit; whether the next beat is late is asked when it is over
  if (machine.openRuns.length > 0) {
    let first: Deadline | null = null;
    for (const run of machine.openRuns) {
      const deadline = runDeadline(settings, machine, run, schedules);
      if (deadline !== null && (first === null || deadline.atMs < first.atMs)) first = deadline;
    }
    return first;
  }
  if (expectedMs === null || settings.schedule === null || isFailing(machine.health)) return null;
  return {
    atMs: postpone(settings, machine, expectedMs, expectedMs + settings.graceMs, schedules),
    cause: 'missed',
    text: describeMiss(settings.schedule, expectedMs, settings.graceMs, schedules),
  };
};

/** When a run counts as stuck; `null` when it may run for ever. */
export const runDeadline = (
  settings: JudgedSettings,
  machine: Machine,
  run: TrackedRun,
  schedules: ScheduleReader,
): Deadline | null => {
  let limitMs = settings.maxDurationMs;
  if (limitMs === null) {
    // without a limit of its own a run may last until the beat after it is overdue, or a job killed in every run would never fail
    if (settings.schedule === null) return null;
    const nextMs = expectedAfter(settings.schedule, run.startedMs, settings.graceMs, schedules);
    if (nextMs === null) return null;
    limitMs = nextMs + settings.graceMs - run.startedMs;
  }
  return {
    atMs: postpone(settings, machine, run.startedMs, run.startedMs + limitMs, schedules),
    cause: 'stuck',
    text: describeStuck(run.startedMs, limitMs),
  };
};

/** Moves a deadline behind the machine's floor and out of maintenance. */
const postpone = (
  settings: JudgedSettings,
  machine: Machine,
  awaitedSinceMs: number,
  atMs: number,
  schedules: ScheduleReader,
): number => {
  let postponedMs = atMs;
  if (machine.floorMs !== null && awaitedSinceMs <= machine.floorMs) {
    postponedMs = Math.max(postponedMs, machine.floorMs + settings.graceMs);
  }
  const endMs = maintenanceEnd(settings.maintenance, postponedMs, schedules);
  return endMs === null ? postponedMs : endMs + settings.graceMs;
};
