import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cron, every, Subject } from '../../test/evaluation-subject.ts';
import type { Schedule } from '../model.ts';
import { createScheduleReader, findScheduleFault } from './schedule.ts';

describe('cron schedules', () => {
  const next = (schedule: Schedule, iso: string): string =>
    new Date(
      createScheduleReader().nextAfter(schedule, Date.parse(iso)) ?? Number.NaN,
    ).toISOString();

  it('follow their time zone over the change to summer time, whose hour does not exist', () => {
    const daily = cron('30 2 * * *', 'Europe/Berlin');
    expect(next(daily, '2026-03-27T12:00:00Z')).toBe('2026-03-28T01:30:00.000Z');
    // 02:30 does not exist on this day: it is due as soon as the clock has moved on
    expect(next(daily, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next(daily, '2026-03-29T12:00:00Z')).toBe('2026-03-30T00:30:00.000Z');
  });

  it('expect a daily beat once on the day whose hour comes twice', () => {
    const daily = cron('30 2 * * *', 'Europe/Berlin');
    const first = next(daily, '2026-10-24T12:00:00Z');
    expect(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']).toContain(first);
    expect(next(daily, first)).toBe('2026-10-26T01:30:00.000Z');
  });

  it('flip at the local time plus the grace, and say which time was meant', () => {
    const subject = new Subject({ schedule: cron('0 2 * * *', 'America/New_York') });
    subject.ping('success', Date.parse('2026-01-01T07:00:03Z'));
    subject.until(Date.parse('2026-01-02T07:01:00Z'));
    expect(subject.flips.at(-1)).toMatchObject({
      atMs: Date.parse('2026-01-02T07:01:00Z'),
      text: 'no heartbeat received within 1 minute of 2026-01-02 02:00:00 (America/New_York)',
    });
  });

  it('take a beat a little before its time as the beat of that time', () => {
    const subject = new Subject({ schedule: cron('0 * * * *') });
    subject.ping('success', Date.parse('2026-01-01T00:59:59.900Z'));
    expect(subject.machine.expectedMs).toBe(Date.parse('2026-01-01T02:00:00Z'));
  });

  it('do not skip times that are close together', () => {
    const subject = new Subject({ schedule: cron('*/2 * * * * *') });
    subject.ping('success', Date.parse('2026-01-01T00:00:01Z'));
    expect(subject.machine.expectedMs).toBe(Date.parse('2026-01-01T00:00:02Z'));
  });

  it('answer from memory what they would work out', () => {
    const expressions = [
      '*/5 * * * *',
      '30 2 * * *',
      '59 1-3 * * 0',
      '0 0 L * *',
      '*/20 * * * * *',
    ];
    const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const changesOfClocks = ['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-10-03T15:30Z'];
    // there the clocks were 44 minutes and 30 seconds late until 1972
    const old = { timezone: 'Africa/Monrovia', around: '1971-06-01T00:00Z' };
    const place = fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record({
          timezone: fc.constantFrom(...zones),
          around: fc.constantFrom(...changesOfClocks),
        }),
      },
      { weight: 1, arbitrary: fc.constant(old) },
    );
    const seconds = fc.array(fc.integer({ min: -5400, max: 5400 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...expressions), place, seconds, (expression, at, offsets) => {
        const schedule = cron(expression, at.timezone);
        const reader = createScheduleReader();
        for (const second of offsets.flatMap((offset) => [
          offset,
          offset + 1,
          offset + 59,
          offset,
        ])) {
          const afterMs = Date.parse(at.around) + second * 1000 + 123;
          expect(reader.nextAfter(schedule, afterMs)).toBe(
            createScheduleReader().nextAfter(schedule, afterMs),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [cron('61 * * * *'), 'schedule got "61 * * * *"'],
    [cron('* * *'), 'five or six fields'],
    [cron('0 0 30 2 *'), 'never comes'],
    [cron('* * * * *', 'Mars/Base'), 'timezone got "Mars/Base"'],
    [every(10), 'intervalMs got 10'],
    [every(Number.NaN), 'intervalMs got NaN'],
  ])('refuse %j in words', (schedule, text) => {
    expect(findScheduleFault(schedule)).toContain(text);
  });
});
