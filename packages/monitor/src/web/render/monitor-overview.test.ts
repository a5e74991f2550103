import { describe, expect, it } from 'vitest';
import type { TimelineSegment } from '../../model.ts';
import { usualSpan } from './monitor-overview.ts';

const minuteMs = 60_000;
const nowMs = Date.UTC(2026, 0, 31, 12);

/** What is known of a monitor that was made so long ago. */
const since = (ageMs: number): readonly TimelineSegment[] => [
  { state: 'up', fromMs: nowMs - ageMs, toMs: nowMs, text: null },
];

describe('the span of an overview', () => {
  it.each([
    ['1h', 3 * minuteMs],
    ['1h', 59 * minuteMs],
    ['24h', 61 * minuteMs],
    ['24h', 1_440 * minuteMs],
  ])('is %s for a monitor that is %d ms old', (span, ageMs) =>
    expect(usualSpan(since(ageMs), nowMs)).toBe(span),
  );

  it('is an hour while nothing is known', () => expect(usualSpan([], nowMs)).toBe('1h'));
});
