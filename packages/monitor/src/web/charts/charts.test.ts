import { describe, expect, it } from 'vitest';

import type { Run, TimelineSegment } from '../../model.ts';
import { durationChart } from './durations.ts';
import { requestChart } from './requests.ts';
import { durationTicks, median } from './scale.ts';
import { sparkline } from './sparkline.ts';
import { timeAxis } from './time-axis.ts';
import { sumStates, timelineChart } from './timeline.ts';

const run = (
  startedMs: number,
  durationMs: number | null,
  state: Run['state'] = 'success',
): Run => ({
  monitorId: 'm',
  runId: String(startedMs),
  state,
  startedMs,
  endedMs: durationMs === null ? null : startedMs + durationMs,
  durationMs,
  message: null,
  exitCode: null,
  host: null,
  environment: null,
});

describe('the axis of durations', () => {
  it.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [840, [0, 500, 1000]],
    [95_000, [0, 30_000, 60_000, 90_000, 120_000]],
    [864_000_000, [0, 259_200_000, 518_400_000, 777_600_000, 1_036_800_000]],
  ])('has round marks up to %d ms', (maxMs, ticks) => expect(durationTicks(maxMs)).toEqual(ticks));

  it('has the middle value of a list, and none of an empty one', () => {
    expect([median([5, 1, 9]), median([])]).toEqual([5, null]);
  });
});

describe('the timeline', () => {
  it('draws a short failure in front of the long health that follows it', () => {
    const segments: readonly TimelineSegment[] = [
      { fromMs: 0, toMs: 1000, state: 'up', text: null },
      { fromMs: 1000, toMs: 1001, state: 'down', text: 'run failed' },
      { fromMs: 1001, toMs: 9000, state: 'up', text: null },
    ];
    const tones = [...String(timelineChart(segments, 0, 9000)).matchAll(/class="fill-(\w+)"/g)];
    expect(tones.map(([, tone]) => tone)).toEqual(['up', 'up', 'down']);
  });
});

describe('the axis of a span', () => {
  it('has seconds where marks would be alike without them', () => {
    const axis = String(timeAxis(0, 180_000));
    expect([...axis.matchAll(/>([\d:]+)</g)].map(([, text]) => text)).toEqual([
      '00:00:00',
      '00:00:30',
      '00:01:00',
      '00:01:30',
      '00:02:00',
      '00:02:30',
    ]);
  });

  const marks = (hours: number) =>
    [...String(timeAxis(0, hours * 3_600_000)).matchAll(/>([\d:-]+|now)</g)].map(
      ([, text]) => text,
    );

  it.each([
    [24, ['00:00', '04:00', '08:00', '12:00', '16:00', '20:00', 'now']],
    [25, ['00:00', '05:00', '10:00', '15:00', '20:00', 'now']],
    [72, ['01-01', '01-02', '01-03', 'now']],
    [720, ['01-01', '01-06', '01-11', '01-16', '01-21', '01-26', 'now']],
  ])('of %d hours has marks that are whole hours or days apart', (hours, texts) =>
    expect(marks(hours)).toEqual(texts),
  );
});

describe('the chart of durations', () => {
  it('draws a success as a dot, a fail as a cross, and leaves out what has no duration', () => {
    const chart = String(
      durationChart([run(1000, 50), run(2000, 80, 'fail'), run(3000, null, 'running')], null),
    );
    expect(chart.match(/class="dot"/g)).toHaveLength(1);
    expect(chart.match(/class="cross"/g)).toHaveLength(1);
    expect(chart).toContain('Durations of 2 runs: median 80 ms, longest 80 ms, 1 not successful');
  });

  it('shows the limit when runs come near it', () => {
    expect(String(durationChart([run(0, 900)], 1000))).toContain('Limit 1 s');
    expect(String(durationChart([run(0, 900)], 100_000))).not.toContain('Limit');
  });

  it('is not there without a duration', () => {
    expect(durationChart([run(0, null)], null)).toBeNull();
  });
});

describe('the timeline', () => {
  const flapping = Array.from({ length: 5000 }, (_, index): TimelineSegment => ({
    fromMs: index * 10,
    toMs: index * 10 + 10,
    state: index % 50 === 0 ? 'down' : 'up',
    text: null,
  }));

  it('draws at most as many stretches as can be seen, and loses no failure', () => {
    const chart = String(timelineChart(flapping, 0, 50_000));
    const rects = chart.match(/<rect class="fill-/g) ?? [];
    expect(rects.length).toBeLessThanOrEqual(300);
    expect(chart.match(/fill-down/g)).toHaveLength(100);
  });

  it('says for how long it was what', () => {
    expect(sumStates(flapping).get('down')).toBe(1000);
    expect(String(timelineChart(flapping, 0, 50_000))).toContain(
      'aria-label="Timeline: down 1 s, up 49 s"',
    );
  });
});

describe('small charts', () => {
  it('tell a screen reader how many runs failed', () => {
    const runs = [
      { endedMs: 1, durationMs: 10, state: 'success' },
      { endedMs: 2, durationMs: null, state: 'fail' },
    ] as const;
    expect(String(sparkline(runs))).toContain('aria-label="Last 2 runs: 1 failed"');
    expect(String(sparkline([]))).not.toContain('svg');
  });

  it('adds hours up to bars, so that a month fits', () => {
    const hour = 3_600_000;
    const series = Array.from({ length: 720 }, (_, index) => ({
      bucketMs: index * hour,
      count: 2,
      errors: 1,
    }));
    const chart = String(requestChart(series, 0, 720 * hour));
    expect(chart.match(/class="bar"/g)).toHaveLength(80);
    expect(chart).toContain('1,440 requests in 80 bars of 9 h; the most in one is 18');
  });
});
