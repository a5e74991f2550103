import type { EvaluationContext } from './apply.ts';
import { anonymousRun, flipTo } from './apply.ts';
import { runDeadline, withDeadline } from './deadline.ts';
import type { FlipDraft, JudgedSettings, Machine, RunChange, Transition } from './machine.ts';
import { isFailing, keptEndedRuns } from './machine.ts';

const unchanged = (machine: Machine): Transition => ({
  machine,
  flips: [],
  voidedFlipIds: [],
  runs: [],
});

/** Lets the clock reach `nowMs`: whatever was due by then and has not come is missed or stuck. */
export const elapse = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
  context: EvaluationContext,
): Transition => {
  if (machine.deadline === null || machine.deadline.atMs > nowMs) return unchanged(machine);
  return machine.deadline.cause === 'missed'
    ? miss(settings, machine, nowMs, context)
    : giveUpRuns(settings, machine, nowMs, context);
};

const miss = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
  context: EvaluationContext,
): Transition => {
  if (machine.deadline === null) return unchanged(machine);
  const { machine: down, flip } = flipTo(machine, 'down', 'missed', machine.deadline.text, {
    id: context.createId(),
    atMs: machine.deadline.atMs,
    recordedMs: nowMs,
  });
  return {
    machine: withDeadline(settings, down, context.schedules),
    flips: [flip],
    voidedFlipIds: [],
    runs: [],
  };
};

const giveUpRuns = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
  context: EvaluationContext,
): Transition => {
  const runs: RunChange[] = [];
  const flips: FlipDraft[] = [];
  let next = machine;
  for (const run of machine.openRuns) {
    const deadline = runDeadline(settings, machine, run, context.schedules);
    if (deadline === null || deadline.atMs > nowMs) continue;
    if (run.runId !== anonymousRun)
      runs.push({ runId: run.runId, state: 'stuck', startedMs: run.startedMs });
    const ended = {
      runId: null,
      endedMs: deadline.atMs,
      durationMs: null,
      state: 'stuck' as const,
    };
    next = {
      ...next,
      openRuns: next.openRuns.filter((open) => open.runId !== run.runId),
      endedRuns: [...next.endedRuns, ended].slice(-keptEndedRuns),
    };
    if (isFailing(next.health)) continue;
    const flipped = flipTo(next, 'stuck', 'stuck', deadline.text, {
      id: context.createId(),
      atMs: deadline.atMs,
      recordedMs: nowMs,
    });
    next = flipped.machine;
    flips.push(flipped.flip);
  }
  return {
    machine: withDeadline(settings, next, context.schedules),
    flips,
    voidedFlipIds: [],
    runs,
  };
};

/**
 * The evaluator was away until `nowMs`: a deadline that lay in the gap, or less than a grace after it, moves to now plus
 * the grace, because the beat may have been sent while nobody listened.
 */
export const excuseDowntime = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
): Machine => {
  const { deadline } = machine;
  if (deadline === null || deadline.atMs >= nowMs + settings.graceMs) return machine;
  return { ...machine, floorMs: nowMs, deadline: { ...deadline, atMs: nowMs + settings.graceMs } };
};

/** New settings judge from now on: a deadline that they put into the past gets the grace from now. */
export const changeSettings = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
  context: EvaluationContext,
): Machine => {
  const next = withDeadline(settings, machine, context.schedules);
  if (next.deadline === null || next.deadline.atMs > nowMs) return next;
  return withDeadline(settings, { ...machine, floorMs: nowMs }, context.schedules);
};

/** Stops judging. Open runs are forgotten. */
export const pause = (machine: Machine, nowMs: number, context: EvaluationContext): Transition => {
  if (machine.health === 'paused') return unchanged(machine);
  const at = { id: context.createId(), atMs: nowMs, recordedMs: nowMs };
  const flipped = flipTo(machine, 'paused', 'paused', 'paused', at);
  const runs = machine.openRuns
    .filter((run) => run.runId !== anonymousRun)
    .map((run): RunChange => ({ runId: run.runId, state: 'lost' }));
  const paused = { ...flipped.machine, openRuns: [], expectedMs: null, deadline: null };
  return { machine: paused, flips: [flipped.flip], voidedFlipIds: [], runs };
};

/** Judges again: the next beat is expected as if one had come now, if there ever was one. */
export const resume = (
  settings: JudgedSettings,
  machine: Machine,
  nowMs: number,
  context: EvaluationContext,
): Transition => {
  if (machine.health !== 'paused') return unchanged(machine);
  const at = { id: context.createId(), atMs: nowMs, recordedMs: nowMs };
  const flipped = flipTo(machine, 'new', 'resumed', 'resumed', at);
  const beaten = machine.lastBeatMs === null ? null : nowMs;
  const resumed = { ...flipped.machine, floorMs: nowMs, lastBeatMs: beaten };
  return {
    machine: withDeadline(settings, resumed, context.schedules),
    flips: [flipped.flip],
    voidedFlipIds: [],
    runs: [],
  };
};
