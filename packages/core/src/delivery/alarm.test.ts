import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/index.ts';
import { Alarm } from './alarm.ts';

const setUp = () => {
  const clock = createManualClock();
  const originMs = clock.monotonicMs();
  const rung: number[] = [];
  const alarm = new Alarm(clock, () => rung.push(clock.monotonicMs() - originMs));
  const by = (inMs: number): void => alarm.by(originMs + inMs, clock.monotonicMs());
  return { clock, alarm, rung, by };
};

describe('an alarm', () => {
  it('rings once, at the earliest of its times, with one timer for all', async () => {
    const { clock, rung, by } = setUp();
    for (const inMs of [100, 50, 80, 50]) by(inMs);
    expect(clock.timers).toBe(1);
    await clock.advance(1_000);
    expect([rung, clock.timers]).toEqual([[50], 0]);
    by(1_100);
    by(1_200);
    await clock.advance(1_000);
    expect(rung).toEqual([50, 1_100]);
  });

  it('rings for a time that has passed at once, and never a part of a millisecond early', async () => {
    const { clock, rung, by } = setUp();
    by(-5);
    await clock.advance(0);
    expect(rung).toEqual([0]);
    by(10.25);
    await clock.advance(10);
    expect(rung).toEqual([0]);
    await clock.advance(1);
    expect(rung).toEqual([0, 11]);
  });

  it('that was stopped rings no more until it is set again', async () => {
    const { clock, alarm, rung, by } = setUp();
    by(50);
    alarm.stop();
    alarm.stop();
    expect(clock.timers).toBe(0);
    by(500);
    await clock.advance(1_000);
    expect(rung).toEqual([500]);
  });
});
