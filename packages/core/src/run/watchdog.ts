import type { Clock, TimerHandle } from '../clock.ts';

/** Fires once when nothing restarted it for `limitMs`. Restarting is a number, not a timer: it may happen a million times. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #bark: () => void;
  #dueMs: number;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, limitMs: number, bark: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#bark = bark;
    this.#dueMs = clock.monotonicMs() + limitMs;
    this.#arm(limitMs);
  }

  /** A sign of life. */
  restart(): void {
    this.#dueMs = this.#clock.monotonicMs() + this.#limitMs;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimer(() => {
      const leftMs = this.#dueMs - this.#clock.monotonicMs();
      if (leftMs > 0) this.#arm(Math.ceil(leftMs));
      else {
        this.#timer = undefined;
        this.#bark();
      }
    }, delayMs);
  }
}
