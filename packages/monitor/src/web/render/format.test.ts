import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  bytes,
  due,
  parseDuration,
  percent,
  relativeTime,
  shortCount,
  shortDuration,
  writeDuration,
} from './format.ts';

describe('what people read', () => {
  it.each([
    [1_000_000 + 300_000, '>in 5 min<', false],
    [1_000_000, '>due now<', true],
    [1_000_000 - 300_000, '>5 min overdue<', true],
  ])('says of what is expected at %d %s', (timeMs, text, late) => {
    const shown = String(due(timeMs, 1_000_000));
    expect(shown).toContain(text);
    expect(shown.includes('class="overdue"')).toBe(late);
  });

  it.each([
    [0, '0 ms'],
    [0.4, '0.4 ms'],
    [840, '840 ms'],
    [2449, '2.4 s'],
    [59_999, '59 s'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h'],
    [12_000_000, '3 h 20 min'],
    [187_200_000, '2 d 4 h'],
  ])('shows %d ms as %s', (ms, text) => expect(shortDuration(ms)).toBe(text));

  it.each([
    [1_000_000, 'just now'],
    [1_000_000 - 10_000, '10 s ago'],
    [1_000_000 + 2000, 'in a moment'],
    [1_000_000 + 300_000, 'in 5 min'],
    [1_000_000 - 36 * 3_600_000, '36 h ago'],
    [1_000_000 - 72 * 3_600_000, '3 d ago'],
  ])('shows the moment %d as %s', (timeMs, text) =>
    expect(relativeTime(timeMs, 1_000_000)).toBe(text),
  );

  it('says 100% only when nothing was missing', () => {
    expect([1, 0.999_99, 0.985, 0.5, 0, null].map(percent)).toEqual([
      '100%',
      '99.99%',
      '98.5%',
      '50.0%',
      '0.0%',
      '–',
    ]);
  });

  it('shortens counts and bytes without rounding up', () => {
    expect([9999, 12_399, 4_560_000].map(shortCount)).toEqual(['9,999', '12.3k', '4.5M']);
    expect([999, 1234, 5_600_000].map(bytes)).toEqual(['999 B', '1.2 kB', '5.6 MB']);
  });
});

describe('a duration in a form', () => {
  it.each([
    ['5m', 300_000],
    ['90 s', 90_000],
    ['1h 30min', 5_400_000],
    ['1.5h', 5_400_000],
    ['2 Days', 172_800_000],
    ['0s', 0],
    ['1500ms', 1500],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', 'soon', '5 parsecs', '5m later', '-5m', '1h, 2m', '5m\n<b>'])(
    'refuses %j',
    (text) => expect(parseDuration(text)).toBeNull(),
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 315_360_000_000 }), (ms) => {
        expect(parseDuration(writeDuration(ms))).toBe(ms);
      }),
    );
  });
});
