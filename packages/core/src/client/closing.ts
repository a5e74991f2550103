import type { Parts } from './assemble.ts';
import type { FlushResult } from './heartbeat-client.ts';

const defaultTimeoutMs = 5_000;

const timeoutOf = (timeoutMs: unknown): number =>
  typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : defaultTimeoutMs;

/** Flush, drain and close of a client. */
export class Closing {
  closed = false;
  readonly #parts: Parts;
  readonly #undo: (() => void)[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Runs when the client has closed. */
  onClosed(undo: () => void): void {
    this.#undo.push(undo);
  }

  async flush(timeoutMs?: number): Promise<FlushResult> {
    const { tracker, delivery, tracking, upserts } = this.#parts;
    tracker.coalescer.flush();
    const limitMs = timeoutOf(timeoutMs);
    await Promise.all([
      delivery.flush(limitMs),
      this.#until((done) => upserts.whenIdle(done), limitMs),
      ...tracking.map((one) =>
        this.#until(
          (done) => one.whenIdle(done),
          limitMs,
          () => one.hurry(),
        ),
      ),
    ]);
    const pending =
      delivery.pending + tracking.reduce((sum, { counts }) => sum + counts.pending, 0);
    return { complete: pending === 0, pending };
  }

  async drain(timeoutMs?: number): Promise<number> {
    const { tracker } = this.#parts;
    await this.#until((done) => tracker.whenDrained(done), timeoutOf(timeoutMs));
    return tracker.open.size;
  }

  async close(timeoutMs?: number): Promise<FlushResult> {
    const first = !this.closed;
    this.closed = true;
    const result = await this.flush(timeoutMs);
    if (!first) return result;
    this.#parts.upserts.stop();
    const { spooling, tracking, delivery } = this.#parts;
    spooling.flushNow();
    for (const one of tracking) one.abandon();
    delivery.abandon('closed');
    spooling.close();
    for (const undo of this.#undo.splice(0)) undo();
    return result;
  }

  #until(
    wait: (done: () => void) => () => void,
    limitMs: number,
    begin?: () => void,
  ): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      begin?.();
      const timer = clock.setTimer(
        () => {
          cancel();
          resolve();
        },
        limitMs,
        true,
      );
      const cancel = wait(() => {
        clock.clearTimer(timer);
        resolve();
      });
    });
  }
}
