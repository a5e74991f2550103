import type { Clock } from '../src/clock.ts';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Moves on, firing every timer on the way, and lets what they started come to rest. */
  advance(ms: number): Promise<void>;
}

/** Bound for a round that never ends, milliseconds of real time. */
const longestRoundMs = 60_000;

/** What these functions do is done when they return: they set their timer again then, or not at all. */
const immediate: ReadonlySet<string> = new Set(['flush', 'beat']);

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Makes a clock that shows 2026-01-01T00:00:00Z unless told otherwise. */
export const createTestClock = (startMs: number = Date.UTC(2026, 0, 1)): TestClock => {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** What repeats sets its timer again when its round, which may wait for the disk, is over. */
  const rest = async (waiting: number): Promise<void> => {
    for (let turns = 0; turns < 20; turns += 1) await turn();
    const patientUntilMs = performance.now() + longestRoundMs;
    while (timers.size < waiting) {
      if (performance.now() > patientUntilMs) throw new Error('a round did not end');
      await turn();
    }
  };
  return {
    wallMs: () => nowMs,
    setTimer: (callback, delayMs) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return timer;
    },
    clearTimer: (handle) => void timers.delete(handle as Timer),
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers]
          .filter((timer) => timer.atMs <= endMs)
          .toSorted((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        const waiting = immediate.has(due.callback.name) ? 0 : timers.size;
        timers.delete(due);
        nowMs = Math.max(nowMs, due.atMs);
        due.callback();
        await rest(waiting);
      }
      nowMs = endMs;
      await rest(0);
    },
  };
};
