import type { Clock, TimerHandle } from '../clock.ts';

/** One timer for many reasons to wake: only the earliest is kept. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs = Number.POSITIVE_INFINITY;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `atMs` (monotonic) or earlier. */
  by(atMs: number, nowMs: number): void {
    if (atMs >= this.#atMs) return;
    this.stop();
    this.#atMs = atMs;
    this.#timer = this.#clock.setTimer(
      () => {
        this.#atMs = Number.POSITIVE_INFINITY;
        this.#timer = undefined;
        this.#ring();
      },
      // Whole milliseconds: a clock that rings a rounding error early would ring for ever.
      Math.max(Math.ceil(atMs - nowMs), 0),
    );
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#atMs = Number.POSITIVE_INFINITY;
  }
}
