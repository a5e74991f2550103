import type { Clock, TimerHandle } from '../clock.ts';
import { PingRecord } from '../ping/record.ts';

interface Window {
  readonly key: string;
  readonly timer: TimerHandle;
  count: number;
  durationMs: number;
  totalMs: number;
  longestMs: number;
  lastAtMs: number;
}

/** Keys made up per run must not pile up for an hour: the oldest window closes early. */
const mostWindows = 1_000;

/**
 * Turns the successes of hot jobs into one ping a window: the newest's time and duration, with the count and the mean and
 * longest duration as metrics.
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #send: (ping: PingRecord) => void;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, send: (ping: PingRecord) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Runs that are counted but not told yet. */
  get pending(): number {
    let pending = 0;
    for (const { count } of this.#windows.values()) pending += count;
    return pending;
  }

  /** Counts a success. The window opens with the first. */
  add(key: string, durationMs: number, windowMs: number): void {
    let window = this.#windows.get(key);
    if (window === undefined) {
      if (this.#windows.size >= mostWindows) this.#closeOldest();
      window = this.#open(key, windowMs);
    }
    window.count += 1;
    window.durationMs = durationMs;
    window.totalMs += durationMs;
    if (durationMs > window.longestMs) window.longestMs = durationMs;
    window.lastAtMs = this.#clock.wallMs();
  }

  /** Sends every open window now. */
  flush(): void {
    for (const window of [...this.#windows.values()]) this.#close(window);
  }

  #open(key: string, windowMs: number): Window {
    const window: Window = {
      ...{ key, count: 0, durationMs: 0, totalMs: 0, longestMs: 0, lastAtMs: 0 },
      timer: this.#clock.setTimer(() => this.#close(window), windowMs),
    };
    this.#windows.set(key, window);
    return window;
  }

  #closeOldest(): void {
    for (const oldest of this.#windows.values()) {
      this.#close(oldest);
      break;
    }
  }

  #close(window: Window): void {
    const { key, timer } = window;
    // Closed by somebody who was told of another one of a flush.
    if (this.#windows.get(key) !== window) return;
    this.#windows.delete(key);
    this.#clock.clearTimer(timer);
    const { count, durationMs, totalMs, longestMs, lastAtMs } = window;
    const metrics = { meanDurationMs: totalMs / count, longestDurationMs: longestMs };
    this.#send(new PingRecord(key, 'success', lastAtMs, { durationMs, count, metrics }));
  }
}
