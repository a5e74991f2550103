import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readZonedTime, writeZonedTime } from './zoned-time.ts';

describe('a time by the clock of a zone', () => {
  it.each([
    ['2026-01-31T09:05', 'UTC', '2026-01-31T09:05:00.000Z'],
    ['2026-01-31T09:05', 'Europe/Berlin', '2026-01-31T08:05:00.000Z'],
    ['2026-07-31T09:05:30', 'Europe/Berlin', '2026-07-31T07:05:30.000Z'],
    ['2026-07-31T00:10', 'Asia/Kolkata', '2026-07-30T18:40:00.000Z'],
    // the clock goes from 02:00 to 03:00
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // the clock shows 02:30 twice
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ])('%s in %s is %s', (text, timezone, iso) =>
    expect(new Date(readZonedTime(text, timezone) ?? 0).toISOString()).toBe(iso),
  );

  it.each(['', 'tomorrow', '2026-02-30T10:00', '2026-01-31', '2026-01-31T25:00'])(
    'is not %j',
    (text) => expect(readZonedTime(text, 'UTC')).toBeNull(),
  );

  it('is read as it was written, but for the hour that the clock shows twice', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
    );
    const minutes = fc.integer({ min: 28_000_000, max: 31_000_000 });
    fc.assert(
      fc.property(zones, minutes, (timezone, minute) => {
        const timeMs = minute * 60_000;
        const readMs = readZonedTime(writeZonedTime(timeMs, timezone), timezone) ?? Number.NaN;
        expect([0, 1_800_000, 3_600_000]).toContain(timeMs - readMs);
      }),
    );
  });
});
