import type { Run } from '../../model.ts';
import { shortDuration } from '../render/format.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import { wordFor } from '../render/states.ts';
import { durationTicks, median, position } from './scale.ts';
import { timeAxis } from './time-axis.ts';

/** Room at the left for the marks of the axis, in pixels; the plot is an inner svg that begins there. */
const topPercent = 6;
const floorPercent = 96;

interface Point {
  readonly run: Run;
  readonly timeMs: number;
  readonly durationMs: number;
}

/** Runs that have an end and a duration, as far as there are any. */
const toPoints = (runs: readonly Run[]): readonly Point[] =>
  runs.flatMap((run) => {
    const timeMs = run.startedMs ?? run.endedMs;
    return timeMs === null || run.durationMs === null
      ? []
      : [{ run, timeMs, durationMs: run.durationMs }];
  });

/**
 * Durations of runs over the time at which they began. A run that failed is a cross, one that succeeded a dot; the dashed
 * lines are the median and, when it is within reach, the longest duration that the monitor allows.
 * @returns `null` when no run has a duration
 */
export const durationChart = (runs: readonly Run[], limitMs: number | null): Html | null => {
  const points = toPoints(runs);
  if (points.length === 0) return null;
  const times = points.map((point) => point.timeMs);
  const fromMs = Math.min(...times);
  const spanMs = Math.max(1, Math.max(...times) - fromMs);
  const longestMs = Math.max(...points.map((point) => point.durationMs));
  const shownLimitMs = limitMs !== null && limitMs <= longestMs * 1.6 ? limitMs : null;
  const ticks = durationTicks(Math.max(longestMs, shownLimitMs ?? 0));
  const topMs = ticks.at(-1) ?? 1;
  const x = (timeMs: number) => (points.length === 1 ? 50 : 1 + ((timeMs - fromMs) / spanMs) * 98);
  const y = (ms: number) => floorPercent - (ms / topMs) * (floorPercent - topPercent);
  const middleMs = median(points.map((point) => point.durationMs)) ?? 0;
  return html`<figure class="plot">
    <div class="plot-body">
      <svg class="plot-axis" width="64" height="200" aria-hidden="true">
        ${ticks.map(
          (tick) =>
            html`<text x="56" y="${position(y(tick))}%" dy="4"
              >${tick === 0 ? '0' : shortDuration(tick)}</text
            >`,
        )}
      </svg>
      <svg
        class="plot-area"
        width="100%"
        height="200"
        role="img"
        aria-label="${describe(points, middleMs, longestMs)}"
      >
        ${ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${position(y(tick))}%" y2="${position(y(tick))}%" />`)}
        ${guide('median', y(middleMs), `Median ${shortDuration(middleMs)}`)}
        ${shownLimitMs !== null && guide('limit', y(shownLimitMs), `Limit ${shortDuration(shownLimitMs)}`)}
        ${points.map((point) => drawPoint(point, x(point.timeMs), y(point.durationMs)))}
      </svg>
    </div>
    ${points.length > 1 && html`<div class="axis">${timeAxis(fromMs - spanMs / 98, fromMs + spanMs + spanMs / 98, '')}</div>`}
  </figure>`;
};

const guide = (name: string, y: number, tip: string): Html =>
  html`<line
    class="guide ${name}"
    x1="0"
    x2="100%"
    y1="${position(y)}%"
    y2="${position(y)}%"
    data-tip="${tip}"
  />`;

const drawPoint = ({ run, timeMs, durationMs }: Point, x: number, y: number): Html => {
  const reason = run.message === null ? '' : `\n${run.message.slice(0, 200)}`;
  const tip = `${wordFor(run.state)} in ${shortDuration(durationMs)}\n{${timeMs}}${reason}`;
  const stem = html`<line
    class="stem"
    x1="${position(x)}%"
    x2="${position(x)}%"
    y1="${position(y)}%"
    y2="${floorPercent}%"
  />`;
  const shape =
    run.state === 'success'
      ? html`<circle class="dot" cx="${position(x)}%" cy="${position(y)}%" r="3.5" />`
      : html`<svg x="${position(x)}%" y="${position(y)}%" overflow="visible">
          <path class="cross" d="M-4-4 4 4M4-4-4 4" />
        </svg>`;
  return html`<g data-tip="${tip}"
    >${stem}<circle class="target" cx="${position(x)}%" cy="${position(y)}%" r="10" />${shape}</g
  >`;
};

const describe = (points: readonly Point[], middleMs: number, longestMs: number): string => {
  const failed = points.filter((point) => point.run.state !== 'success').length;
  return (
    `Durations of ${points.length} runs: median ${shortDuration(middleMs)}, ` +
    `longest ${shortDuration(longestMs)}, ${failed} not successful. The table below has them one by one.`
  );
};
