import type { RunOptions } from './run-options.ts';

/** What a new run may tell: everything; only a fail; or that it overlaps. */
export type Admission = 'all' | 'fails-only' | 'overlap';

/** Decides for the runs of one wrap or monitor handle what they may tell, by `minIntervalMs` and `overlap`. */
export class Gate {
  #open = 0;
  #lastToldMs = Number.NEGATIVE_INFINITY;

  /** Call when a run begins. */
  enter(options: RunOptions, nowMs: number): Admission {
    const { overlap = 'allow', minIntervalMs = 0 } = options;
    const overlapping = this.#open > 0;
    this.#open += 1;
    if (overlapping && overlap === 'fail') return 'overlap';
    if ((overlapping && overlap === 'skip') || nowMs - this.#lastToldMs < minIntervalMs)
      return 'fails-only';
    this.#lastToldMs = nowMs;
    return 'all';
  }

  /** Call when it has ended. */
  leave(): void {
    this.#open -= 1;
  }
}
