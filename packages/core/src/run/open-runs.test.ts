import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActiveRun } from './active-run.ts';
import { OpenRuns } from './open-runs.ts';

const run = (key: number): ActiveRun => ({ key: String(key) }) as ActiveRun;

describe('the open runs', () => {
  it('are those of a Set, in its order, whatever comes and goes', () => {
    const step = fc.record({ adds: fc.boolean(), which: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const runs = new OpenRuns();
        const model = new Set<ActiveRun>();
        for (const [index, { adds, which }] of steps.entries()) {
          const gone = [...model][which];
          if (adds) {
            const added = run(index);
            runs.add(added);
            model.add(added);
          } else if (gone !== undefined) {
            runs.delete(gone);
            runs.delete(gone);
            model.delete(gone);
          }
          expect([...runs]).toEqual([...model]);
          expect(runs.size).toBe(model.size);
        }
      }),
    );
  });

  it('may end while they are gone through', () => {
    const runs = new OpenRuns();
    for (const key of [1, 2, 3]) runs.add(run(key));
    const seen: string[] = [];
    for (const open of runs) {
      seen.push(open.key);
      runs.delete(open);
    }
    expect([seen, runs.size]).toEqual([['1', '2', '3'], 0]);
  });

  it('do not hold on to a run that has ended, nor does one that has ended to others', () => {
    const runs = new OpenRuns();
    const [first, second] = [run(1), run(2)];
    runs.add(first);
    runs.add(second);
    runs.delete(first);
    expect([first.before, first.after, second.before]).toEqual([undefined, undefined, undefined]);
  });
});
