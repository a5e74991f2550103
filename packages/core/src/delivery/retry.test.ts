import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, defaultRetry, retryAfterMs } from './retry.ts';

const nowMs = Date.UTC(1994, 10, 6, 8, 49, 7);
const mostMs = 3_600_000;

describe('Retry-After', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
    ['Sun Nov  6 08:49:37 1994', 30_000],
    ['sun, 06 nov 1994 08:49:37 gmt', 30_000],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    [' Sun, 06 Nov 1994 08:49:37 GMT ', 30_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['99999999', mostMs],
    ['Sun, 06 Nov 2094 08:00:00 GMT', mostMs],
  ])('%s is %i ms from now', (header, expected) => {
    expect(retryAfterMs(header, nowMs, mostMs)).toBe(expected);
  });

  it.each([
    '',
    '-1',
    '1.5',
    '1 week',
    'soon',
    'Sun, 06 Xyz 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    '0x10',
    '1e3',
  ])('nothing is read from "%s"', (header) => {
    expect(retryAfterMs(header, nowMs, mostMs)).toBeUndefined();
  });

  it('a year of two digits that seems far ahead is one of the past', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfterMs('Friday, 01-Jan-99 00:00:00 GMT', now, mostMs)).toBe(0);
    expect(retryAfterMs('Thursday, 01-Jan-26 00:00:10 GMT', now, mostMs)).toBe(10_000);
  });

  it('a year of two digits that is exactly fifty years ahead is to come', () => {
    const now = Date.UTC(2099, 0, 1) - 50 * 365.25 * 86_400_000;
    expect(retryAfterMs('Thursday, 01-Jan-99 00:00:00 GMT', now, mostMs)).toBe(mostMs);
    expect(retryAfterMs('Thursday, 01-Jan-99 00:00:00 GMT', now - 1, mostMs)).toBe(0);
  });

  it('is never negative, never over the cap and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.date().map(String)),
        fc.date({ noInvalidDate: true }),
        (header, now) => {
          const waitMs = retryAfterMs(header, now.getTime(), mostMs) ?? 0;
          expect(waitMs >= 0 && waitMs <= mostMs).toBe(true);
        },
      ),
    );
  });
});

describe('backoff', () => {
  it.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
    [7, 16_000],
    [8, 30_000],
    [5_000, 30_000],
  ])(
    'after attempt %i is half of its cap, %i ms, with the random number 0.5',
    (attempt, waitMs) => {
      expect(backoffMs(attempt, defaultRetry, () => 0.5)).toBe(waitMs);
    },
  );

  it('stays between nothing and the cap of its attempt', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (attempt, random) => {
          const waitMs = backoffMs(attempt, defaultRetry, () => random);
          expect(
            waitMs >= 0 && waitMs <= Math.min(defaultRetry.maxMs, 500 * 2 ** (attempt - 1)),
          ).toBe(true);
        },
      ),
    );
  });
});
