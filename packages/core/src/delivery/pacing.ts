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
    while (this.#times.length > 0 && nowMs - (this.#times[0] as number) >= windowMs)
      this.#times.shift();
    const places = urgent || count < 5 ? count : count - 1;
    if (this.#times.length < places) return 0;
    return (this.#times[this.#times.length - places] as number) + windowMs - nowMs;
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
