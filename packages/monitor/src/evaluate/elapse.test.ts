import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { every, minute, settingsOf, Subject, t0 } from '../../test/evaluation-subject.ts';
import type { PingState } from '../model.ts';

describe('times in which nothing is judged', () => {
  it('move a deadline behind the end of the maintenance', () => {
    const maintenance = [
      { kind: 'once', fromMs: t0 + 4 * minute, toMs: t0 + 60 * minute },
    ] as const;
    const subject = new Subject({ maintenance }).ping('success', t0).until(t0 + 60 * minute);
    expect(subject.path()).toEqual(['new>up success']);
    subject.ping('fail', t0 + 30 * minute);
    expect(subject.path()).toEqual(['new>up success']);
    subject.until(t0 + 61 * minute);
    expect(subject.path().at(-1)).toBe('up>down missed');
  });

  it('can come back by a cron expression and adjoin each other', () => {
    const maintenance = [
      { kind: 'cron', expression: '0 1 * * *', timezone: 'UTC', durationMs: 60 * minute },
      { kind: 'cron', expression: '0 2 * * *', timezone: 'UTC', durationMs: 30 * minute },
    ] as const;
    const subject = new Subject({ maintenance }).ping('success', t0 + 60 * minute);
    expect(subject.machine.deadline?.atMs).toBe(t0 + 151 * minute);
  });

  it('while paused: nothing flips until it is resumed, then the next beat is awaited', () => {
    const subject = new Subject().ping('success', t0).ping('start', t0 + 1, { runId: 'a' });
    subject
      .pause(t0 + minute)
      .until(t0 + 100 * minute)
      .ping('fail', t0 + 50 * minute);
    expect(subject.status(t0 + 100 * minute)).toBe('paused');
    subject.resume(t0 + 100 * minute).until(t0 + 106 * minute - 1);
    expect(subject.path()).toEqual(['new>up success', 'up>paused paused', 'paused>new resumed']);
    subject.until(t0 + 106 * minute);
    expect(subject.path().at(-1)).toBe('new>down missed');
  });

  it('while the monitor itself was down: what was due then is due a grace after its return', () => {
    const subject = new Subject().ping('success', t0).down(t0 + 20 * minute);
    subject.until(t0 + 21 * minute - 1);
    expect(subject.path()).toEqual(['new>up success']);
    subject.until(t0 + 21 * minute);
    expect(subject.path().at(-1)).toBe('up>down missed');
  });

  it('new settings do not condemn what was fine a moment ago', () => {
    const subject = new Subject().ping('success', t0);
    subject.change(settingsOf({ schedule: every(10_000), graceMs: 30_000 }), t0 + 4 * minute);
    expect(subject.machine.deadline?.atMs).toBe(t0 + 4 * minute + 30_000);
  });
});

describe('whatever pings arrive', () => {
  const step = fc.record({
    state: fc.constantFrom<PingState>('start', 'success', 'fail', 'log'),
    runId: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    waitMs: fc.integer({ min: 0, max: 20 * minute }),
    lateMs: fc.integer({ min: -minute, max: 30 * minute }),
  });

  it('flips follow each other in time and state, and looking twice changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const subject = new Subject({ maxDurationMs: 7 * minute });
        let nowMs = t0;
        for (const { state, runId, waitMs, lateMs } of steps) {
          nowMs += waitMs;
          subject.until(nowMs);
          subject.ping(state, nowMs - lateMs, {
            receivedMs: nowMs,
            ...(runId === undefined ? {} : { runId }),
          });
          const before = subject.flips.length;
          subject.until(nowMs);
          // a deadline that the ping moved into the past is noticed at once, and only once
          const after = subject.flips.length;
          subject.until(nowMs);
          expect(subject.flips.length).toBe(after);
          expect(after - before).toBeLessThanOrEqual(1);
          expect(subject.status(nowMs)).not.toBe('');
        }
        for (const [index, flip] of subject.flips.entries()) {
          const previous = subject.flips[index - 1];
          expect(flip.from).not.toBe(flip.to);
          expect(flip.from).toBe(previous?.to ?? 'new');
          expect(flip.atMs).toBeGreaterThanOrEqual(previous?.atMs ?? t0);
        }
      }),
    );
  });
});
