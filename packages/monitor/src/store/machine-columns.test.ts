import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { minute, Subject, t0 } from '../../test/evaluation-subject.ts';
import type { PingState } from '../model.ts';
import { changedColumns, machineColumns, unpackRuns } from './machine-columns.ts';

/** The same machine, of which nothing is remembered. */
const columnsOfCopy = (machine: Subject['machine']) => machineColumns(structuredClone(machine));

describe('the columns that a ping changed', () => {
  const step = fc.record({
    state: fc.constantFrom<PingState>('start', 'success', 'fail', 'log'),
    runId: fc.option(fc.constantFrom('a', 'b', '],"'), { nil: undefined }),
    message: fc.constantFrom('', 'disk full', 'x'.repeat(600)),
    waitMs: fc.integer({ min: 0, max: 8 * minute }),
    lateMs: fc.constantFrom(0, 0, 0, 10 * minute),
    // several pings may come to one write
    written: fc.boolean(),
  });

  it('make the row that it was before to the row that it is now', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const subject = new Subject();
        let before = subject.machine;
        let row = machineColumns(before);
        let nowMs = t0;
        for (const { state, runId, message, waitMs, lateMs, written } of steps) {
          nowMs += waitMs;
          subject.until(nowMs);
          subject.ping(state, nowMs - lateMs, {
            receivedMs: nowMs,
            message,
            ...(runId === undefined ? {} : { runId }),
          });
          if (!written) continue;
          const { names, values } = changedColumns(before, subject.machine);
          row = { ...row, ...Object.fromEntries(names.map((name, at) => [name, values[at]])) };
          before = subject.machine;
          expect(row).toEqual(columnsOfCopy(before));
          expect(unpackRuns(row.ended_runs_json)).toEqual(before.endedRuns);
        }
      }),
    );
  });

  it('are a third of them for a beat among beats', () => {
    const subject = new Subject();
    subject
      .ping('success', t0, { durationMs: 10 })
      .ping('success', t0 + minute, { durationMs: 10 });
    const before = subject.machine;
    subject.ping('success', t0 + 2 * minute, { durationMs: 10 });
    expect(changedColumns(before, subject.machine).names).toEqual([
      'last_beat_ms',
      'last_end_ms',
      'last_start_ms',
      'ended_runs_json',
      'last_ping_ms',
      'expected_ms',
      'next_due_ms',
    ]);
    expect(changedColumns(subject.machine, subject.machine).names).toEqual([]);
  });

  it('are read as they were written before successes were told from the rest by saying nothing', () => {
    expect(unpackRuns('[[1,2,"success"],[3,null,"fail","a"],[5,6]]')).toEqual([
      { endedMs: 1, durationMs: 2, state: 'success', runId: null },
      { endedMs: 3, durationMs: null, state: 'fail', runId: 'a' },
      { endedMs: 5, durationMs: 6, state: 'success', runId: null },
    ]);
  });
});
