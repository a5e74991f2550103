import type { RateLimit } from '../providers/provider.ts';

/**
 * Keeps at most `count` requests in any window, exactly: it remembers when the last `count` were made. The last place of a
 * window of five or more is kept free for fails, so that a fail never waits behind successes.
 */
export class PacingWindow {
  readonly #times: number[] = [];
  readonly #limit: RateLimit;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Milliseconds until a request may be made; 0 means now. */
  waitMs(nowMs: number, urgent: boolean): number {
    const { count, windowMs } = this.#limit;
    const places = urgent || count < 5 ? count : count - 1;
    // The request that has to be out of the window before the next one.
    const before = this.#times.at(-places);
    return before === undefined ? 0 : Math.max(0, before + windowMs - nowMs);
  }

  /** Notes a request made now. */
  take(nowMs: number): void {
    this.#times.push(nowMs);
    if (this.#times.length > this.#limit.count) this.#times.shift();
  }
}

/** The longest wait of several windows. */
export const longestWaitMs = (
  windows: readonly PacingWindow[],
  nowMs: number,
  urgent: boolean,
): number => {
  let longest = 0;
  for (const window of windows) longest = Math.max(longest, window.waitMs(nowMs, urgent));
  return longest;
};
