import type { RunEnd, RunOptions } from '@lubdub/core';
import type { Run } from '@lubdub/core';

/** How one job of a batch ended. */
export type JobEnd = 'success' | 'fail' | 'deferred';

/**
 * The runs of the jobs after a batch's first: core's wrap makes a run of the call, which is the first job's; the others begin
 * and end beside it.
 */
export class BatchRuns {
  readonly #others = new WeakMap<Run, readonly Run[]>();

  /** Begins the others. */
  begin(first: Run, others: readonly RunOptions[], start: (options: RunOptions) => Run): void {
    if (others.length > 0) this.#others.set(first, others.map(start));
  }

  /** Ends all of them by how their jobs ended, in the batch's order; returns the first one's end, for `classify`. */
  settle({ run, threw, error }: RunEnd, ends: readonly JobEnd[], retryText: string): JobEnd {
    const all = [run, ...(this.#others.get(run) ?? [])];
    this.#others.delete(run);
    all.forEach((one, index) => {
      const end = ends[index];
      if (end === 'deferred') one.defer(retryText);
      else if (one !== run && end === 'fail') one.fail(threw ? error : undefined);
      else if (one !== run) one.success();
    });
    return ends[0] ?? 'success';
  }
}
