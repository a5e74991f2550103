import { describe, expect, it } from 'vitest';

import { minute, Subject, t0 } from '../../test/evaluation-subject.ts';
import { keptOpenRuns } from './machine.ts';

describe('a monitor with an interval', () => {
  it('is new and expects nothing before its first beat', () => {
    const subject = new Subject().until(t0 + 1000 * minute);
    expect(subject.status(t0 + 1000 * minute)).toBe('new');
    expect(subject.path()).toEqual([]);
  });

  it('is up, then late, then down to the millisecond', () => {
    const subject = new Subject().ping('success', t0);
    expect(subject.status(t0 + 5 * minute - 1)).toBe('up');
    expect(subject.status(t0 + 5 * minute)).toBe('late');
    expect(subject.status(t0 + 6 * minute - 1)).toBe('late');
    expect(subject.status(t0 + 6 * minute)).toBe('down');
    subject.until(t0 + 6 * minute - 1);
    expect(subject.path()).toEqual(['new>up success']);
    subject.until(t0 + 7 * minute);
    expect(subject.flips.at(-1)).toMatchObject({
      to: 'down',
      cause: 'missed',
      atMs: t0 + 6 * minute,
      recordedMs: t0 + 7 * minute,
      text: 'no heartbeat received within 5 minutes + 1 minute',
    });
    expect(subject.until(t0 + 60 * minute).path()).toHaveLength(2);
    expect(
      subject
        .ping('success', t0 + 61 * minute)
        .path()
        .at(-1),
    ).toBe('down>up success');
  });

  it('fails with the run, says why, and recovers with the next success', () => {
    const subject = new Subject()
      .ping('success', t0)
      .ping('fail', t0 + minute, { exitCode: 3, reason: 'timeout', message: 'no space\nmore' });
    expect(subject.machine.error).toBe('run failed (timeout, exit status 3): no space');
    subject.ping('fail', t0 + 2 * minute, { reason: 'error', message: 'still none' });
    expect(subject.machine.error).toBe('run failed: still none');
    subject.ping('success', t0 + 3 * minute);
    expect(subject.path()).toEqual(['new>up success', 'up>down fail', 'down>up success']);
    expect(subject.machine.error).toBeNull();
  });

  it('is not moved by a log', () => {
    const subject = new Subject().ping('success', t0).ping('log', t0 + 5 * minute);
    expect(subject.machine.lastPing?.state).toBe('log');
    expect(
      subject
        .until(t0 + 6 * minute)
        .path()
        .at(-1),
    ).toBe('up>down missed');
  });

  it('without a schedule never misses a beat', () => {
    const subject = new Subject({ schedule: null }).ping('success', t0).until(t0 + 10_000 * minute);
    expect(subject.path()).toEqual(['new>up success']);
  });
});

describe('runs', () => {
  it('are running until they end, and their duration is known', () => {
    const subject = new Subject().ping('start', t0, { runId: 'a' });
    expect(subject.status(t0 + 1)).toBe('running');
    subject.ping('success', t0 + 90_000, { runId: 'a' });
    expect(subject.status(t0 + 90_000)).toBe('up');
    expect(subject.runs.at(-1)).toMatchObject({
      runId: 'a',
      state: 'success',
      startedMs: t0,
      endedMs: t0 + 90_000,
      durationMs: 90_000,
    });
  });

  it('that overlap are judged one by one', () => {
    const subject = new Subject({ maxDurationMs: 10 * minute })
      .ping('start', t0, { runId: 'a' })
      .ping('start', t0 + 2 * minute, { runId: 'b' })
      .ping('success', t0 + 3 * minute, { runId: 'b' })
      .until(t0 + 9 * minute);
    expect(subject.path()).toEqual(['new>up success']);
    subject.until(t0 + 10 * minute);
    expect(subject.path()).toEqual(['new>up success', 'up>stuck stuck']);
    expect(subject.runs.at(-1)).toMatchObject({ runId: 'a', state: 'stuck' });
    expect(subject.machine.error).toBe(
      'run started at 2026-01-01T00:00:00.000Z has not ended within 10 minutes',
    );
    expect(
      subject
        .ping('success', t0 + 12 * minute, { runId: 'a' })
        .path()
        .at(-1),
    ).toBe('stuck>up success');
  });

  it('that are killed every time do not look alive because they start', () => {
    const subject = new Subject();
    for (let period = 0; period < 3; period += 1) {
      const atMs = t0 + period * 5 * minute;
      subject.until(atMs).ping('start', atMs, { runId: `r${period}` });
    }
    expect(subject.path()).toEqual(['new>stuck stuck']);
    expect(subject.flips[0]?.atMs).toBe(t0 + 6 * minute);
  });

  it('hold a missed beat back as long as they may last', () => {
    const subject = new Subject({ maxDurationMs: 30 * minute })
      .ping('success', t0)
      .ping('start', t0 + 4 * minute);
    subject.until(t0 + 20 * minute);
    expect(subject.status(t0 + 20 * minute)).toBe('running');
    expect(subject.path()).toEqual(['new>up success']);
  });

  it('recognise a start that arrives after its end', () => {
    const subject = new Subject()
      .ping('success', t0 + minute, { runId: 'a' })
      .ping('start', t0, { runId: 'a', receivedMs: t0 + 2 * minute });
    expect(subject.machine.openRuns).toEqual([]);
    expect(subject.runs.at(-1)).toMatchObject({ runId: 'a', state: 'success', startedMs: t0 });
  });

  it('beyond the limit of open ones are given up as lost, oldest first', () => {
    const subject = new Subject({ schedule: null });
    for (let run = 0; run <= keptOpenRuns; run += 1)
      subject.ping('start', t0 + run, { runId: `r${run}` });
    expect(subject.machine.openRuns).toHaveLength(keptOpenRuns);
    expect(subject.runs.filter((run) => run.state === 'lost')).toEqual([
      { runId: 'r0', state: 'lost' },
    ]);
  });

  it('that come too close together have run too often', () => {
    const subject = new Subject({ minIntervalMs: minute })
      .ping('start', t0, { runId: 'a' })
      .ping('success', t0 + 1000, { runId: 'a' })
      .ping('start', t0 + 5000, { runId: 'b' })
      .ping('success', t0 + 6000, { runId: 'b' });
    expect(subject.path()).toEqual(['new>up success', 'up>down too-often']);
    expect(subject.machine.error).toBe(
      'ran too often: 5 seconds after the run before, expected at least 1 minute',
    );
    subject.ping('success', t0 + 10 * minute, { runId: 'c' });
    expect(subject.path().at(-1)).toBe('down>up success');
  });
});

describe('late pings', () => {
  it('void a miss that never was', () => {
    const subject = new Subject().ping('success', t0).until(t0 + 6 * minute);
    const missed = subject.flips.at(-1);
    subject.ping('success', t0 + 5 * minute, { receivedMs: t0 + 8 * minute });
    expect(subject.voided).toEqual([missed?.id]);
    expect(subject.flips.at(-1)).toMatchObject({
      to: 'up',
      cause: 'late-ping',
      recordedMs: t0 + 8 * minute,
    });
    expect(subject.status(t0 + 8 * minute)).toBe('up');
  });

  it('that are overdue themselves do not make a monitor fail twice', () => {
    const subject = new Subject().ping('success', t0).until(t0 + 6 * minute);
    subject
      .ping('success', t0 + 5 * minute, { receivedMs: t0 + 60 * minute })
      .until(t0 + 60 * minute);
    expect(subject.path()).toEqual(['new>up success', 'up>down missed']);
  });

  it('older than the last end change the history only', () => {
    const subject = new Subject()
      .ping('success', t0 + 10 * minute)
      .ping('fail', t0, { runId: 'old', receivedMs: t0 + 11 * minute });
    expect(subject.status(t0 + 11 * minute)).toBe('up');
    expect(subject.runs.at(-1)).toMatchObject({ runId: 'old', state: 'fail', endedMs: t0 });
  });

  it('from a clock that runs ahead count as received now', () => {
    const subject = new Subject().ping('success', t0 + 500 * minute, { receivedMs: t0 });
    expect(
      subject
        .until(t0 + 6 * minute)
        .path()
        .at(-1),
    ).toBe('up>down missed');
  });
});
