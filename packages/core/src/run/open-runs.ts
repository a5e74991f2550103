import type { ActiveRun } from './active-run.ts';

/**
 * The open runs in the order in which they began, linked through the runs themselves. A Set would do but for the garbage
 * collector: it grows a new table every few runs, and an old table that was promoted keeps all that follow it, with the jobs
 * of their runs, until the next full collection.
 */
export class OpenRuns implements Iterable<ActiveRun> {
  #size = 0;
  #first: ActiveRun | undefined;
  #last: ActiveRun | undefined;

  get size(): number {
    return this.#size;
  }

  /** Adds a run that is in no list. */
  add(run: ActiveRun): void {
    run.before = this.#last;
    if (this.#last === undefined) this.#first = run;
    else this.#last.after = run;
    this.#last = run;
    this.#size += 1;
  }

  /** Takes out a run; nothing happens when it is not in. */
  delete(run: ActiveRun): void {
    const { before, after } = run;
    if (before === undefined && this.#first !== run) return;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    run.before = undefined;
    run.after = undefined;
    this.#size -= 1;
  }

  /** Those that are open now; runs may end meanwhile. */
  [Symbol.iterator](): Iterator<ActiveRun> {
    const runs: ActiveRun[] = [];
    for (let run = this.#first; run !== undefined; run = run.after) runs.push(run);
    return runs[Symbol.iterator]();
  }
}
