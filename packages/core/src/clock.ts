/** A handle returned by {@link Clock.setTimer}; opaque to everyone but the clock that made it. */
export type TimerHandle = object | number;

/**
 * Time as lubdub sees it. Injected wherever time matters, so that tests can move it by hand
 * (`createManualClock` in `@lubdub/core/testing`).
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. Used for timestamps only. */
  wallMs(): number;
  /** Monotonic clock, milliseconds with fractions, arbitrary origin. Used for durations and deadlines. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs` (>= 0). The timer never keeps the process alive unless `hold` is true. */
  setTimer(callback: () => void, delayMs: number, hold?: boolean): TimerHandle;
  /** Cancels a timer; a handle that already fired is ignored. */
  clearTimer(handle: TimerHandle): void;
  /** Calls `callback` once, soon, after the code that runs now has returned to the event loop. Holds the process for no longer. */
  defer(callback: () => void): void;
}

const longestTimerMs = 2_147_483_647;

const unreferenced = (handle: unknown): TimerHandle => {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle)
    (handle as { unref(): void }).unref();
  return handle as TimerHandle;
};

/** The real clock of the process. Timers are unreferenced where the runtime can do that. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(callback, delayMs, hold = false) {
    const handle: unknown = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs));
    return hold ? (handle as TimerHandle) : unreferenced(handle);
  },
  clearTimer(handle) {
    clearTimeout(handle as unknown as ReturnType<typeof setTimeout>);
  },
  defer(callback) {
    // not unreferenced: the loop may sleep through such an immediate; a referenced one holds the process for one turn at most
    if (typeof setImmediate === 'function') setImmediate(callback);
    else setTimeout(callback, 0);
  },
};
