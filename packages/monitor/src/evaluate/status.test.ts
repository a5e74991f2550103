import { describe, expect, it } from 'vitest';

import { buildTimeline } from './status.ts';

describe('the timeline', () => {
  it('has no gaps, leaves out what was voided and shows the own downtime as unknown', () => {
    const flip = (
      atMs: number,
      from: 'new' | 'up' | 'down',
      to: 'up' | 'down',
      voidedMs: number | null = null,
    ) =>
      ({
        id: String(atMs),
        monitorId: 'm',
        monitorKey: 'k',
        atMs,
        recordedMs: atMs,
        from,
        to,
        cause: 'success',
        text: to,
        voidedMs,
      }) as const;
    const flips = [
      flip(10, 'new', 'up'),
      flip(20, 'up', 'down', 25),
      flip(20, 'down', 'up'),
      flip(50, 'up', 'down'),
    ];
    const segments = buildTimeline(0, flips, [{ fromMs: 30, toMs: 40 }], 5, 60);
    expect(segments.map(({ fromMs, toMs, state }) => [fromMs, toMs, state])).toEqual([
      [5, 10, 'new'],
      [10, 30, 'up'],
      [30, 40, 'unknown'],
      [40, 50, 'up'],
      [50, 60, 'down'],
    ]);
  });
});
