import type { Clock } from '../clock.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both clocks on and fires what is due, in order; deferred callbacks first. Waits for promises in between. */
  advance(byMs: number): Promise<void>;
  /** Moves the wall clock only, as an adjusted clock or a machine that slept does. */
  jumpWall(byMs: number): void;
  /** Runs what was deferred, without moving time. */
  settle(): Promise<void>;
  /** Timers that wait. */
  readonly timers: number;
  /** Timers that would keep the process alive. */
  readonly held: number;
}

interface Timer {
  readonly dueMs: number;
  readonly hold: boolean;
  readonly callback: () => void;
}

const quietRounds = 3;
// Kept, so that fake timers of a test runner do not stop it.
const nextTurn = globalThis.setImmediate;

/** One turn of the event loop: every promise that can settle has settled after it. */
const turn = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve));

/** Makes a manual clock; the wall clock starts at `wallMs` (default 2026-01-01T00:00:00Z). */
export const createManualClock = (wallMs: number = Date.UTC(2026, 0, 1)): ManualClock => {
  let nowMs = 1_000;
  let wallOffsetMs = wallMs - nowMs;
  const timers = new Set<Timer>();
  const deferred: (() => void)[] = [];
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < quietRounds; quiet += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await turn();
      const due = deferred.splice(0);
      if (due.length > 0) quiet = -1;
      for (const callback of due) callback();
    }
  };
  const next = (untilMs: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (first === undefined || timer.dueMs < first.dueMs))
        first = timer;
    }
    return first;
  };
  return {
    wallMs: () => Math.round(nowMs + wallOffsetMs),
    monotonicMs: () => nowMs,
    setTimer(callback, delayMs, hold = false) {
      const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), hold, callback };
      timers.add(timer);
      return timer;
    },
    clearTimer(handle) {
      timers.delete(handle as Timer);
    },
    defer(callback) {
      deferred.push(callback);
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      await settle();
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.callback();
        // oxlint-disable-next-line no-await-in-loop -- what a timer starts happens before the next one
        await settle();
      }
      nowMs = untilMs;
    },
    jumpWall(byMs) {
      wallOffsetMs += byMs;
    },
    settle,
    get timers() {
      return timers.size;
    },
    get held() {
      return [...timers].filter(({ hold }) => hold).length;
    },
  };
};
