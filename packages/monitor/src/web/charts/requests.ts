import type { RequestAnalytics } from '../../store/request-store.ts';
import { count, shortCount } from '../render/format.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import { position } from './scale.ts';
import { timeAxis } from './time-axis.ts';

const hourMs = 3_600_000;
const mostBars = 84;

interface Bar {
  readonly fromMs: number;
  readonly count: number;
  readonly errors: number;
}

/** Adds hours up to as many bars as fit; hours without requests are bars of height 0. */
const toBars = (
  series: RequestAnalytics['series'],
  fromMs: number,
  toMs: number,
): { readonly bars: readonly Bar[]; readonly barMs: number } => {
  const startMs = Math.floor(fromMs / hourMs) * hourMs;
  const hours = Math.max(1, Math.ceil((toMs - startMs) / hourMs));
  const barMs = Math.ceil(hours / mostBars) * hourMs;
  const bars = Array.from({ length: Math.ceil((hours * hourMs) / barMs) }, (_, index) => ({
    fromMs: startMs + index * barMs,
    count: 0,
    errors: 0,
  }));
  for (const hour of series) {
    const bar = bars[Math.floor((hour.bucketMs - startMs) / barMs)];
    if (bar === undefined) continue;
    bar.count += hour.count;
    bar.errors += hour.errors;
  }
  return { bars, barMs };
};

/** Requests over time; the part of a bar that was answered 5xx is darker and hatched by its outline. */
export const requestChart = (
  series: RequestAnalytics['series'],
  fromMs: number,
  toMs: number,
): Html => {
  const { bars, barMs } = toBars(series, fromMs, toMs);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const step = 100 / bars.length;
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  return html`<figure class="plot">
    <div class="plot-body">
      <svg class="plot-axis" width="64" height="160" aria-hidden="true">
        <text x="56" y="6%" dy="4">${shortCount(most)}</text>
        <text x="56" y="96%" dy="4">0</text>
      </svg>
      <svg
        class="plot-area"
        width="100%"
        height="160"
        role="img"
        aria-label="${count(total)} requests in ${bars.length} bars of ${barMs / hourMs} h; the most in one is ${count(most)}"
      >
        <line class="grid" x1="0" x2="100%" y1="6%" y2="6%" />
        <line class="grid" x1="0" x2="100%" y1="96%" y2="96%" />
        ${bars.map((bar, index) => {
          const height = (bar.count / most) * 90;
          const bad = Math.max((bar.errors / most) * 90, 1.5);
          const x = position(index * step + step * 0.12);
          const width = position(step * 0.76);
          const tip = `${count(bar.count)} requests, ${count(bar.errors)} answered 5xx\n{${bar.fromMs}} – {${bar.fromMs + barMs}}`;
          return html`<g data-tip="${tip}"
            ><rect
              class="target"
              x="${position(index * step)}%"
              y="0"
              width="${position(step)}%"
              height="100%"
            />${bar.count > 0 && html`<rect class="bar" x="${x}%" y="${position(96 - height)}%" width="${width}%" height="${position(height)}%" rx="1" />`}${bar.errors > 0 && html`<rect class="bar-bad" x="${x}%" y="${position(96 - bad)}%" width="${width}%" height="${position(bad)}%" />`}</g
          >`;
        })}
      </svg>
    </div>
    <div class="axis">
      ${timeAxis(bars[0]?.fromMs ?? fromMs, (bars.at(-1)?.fromMs ?? fromMs) + barMs, '')}
    </div>
  </figure>`;
};

const classWords = {
  '1xx': 'Informational',
  '2xx': 'Success',
  '3xx': 'Redirect',
  '4xx': 'Client error',
  '5xx': 'Server error',
} as const;

/** Status classes as one bar, with a list that says the same in figures. */
export const statusBar = (classes: RequestAnalytics['statusClasses'], total: number): Html => {
  let x = 0;
  const parts = Object.entries(classes).filter(([, requests]) => requests > 0);
  return html`<svg class="status-bar" width="100%" height="14" aria-hidden="true">
      ${parts.map(([name, requests]) => {
        const width = (requests / total) * 100;
        const part = html`<rect
          class="class-${name}"
          x="${position(x)}%"
          width="${position(Math.max(0.3, width))}%"
          height="14"
        />`;
        x += width;
        return part;
      })}
    </svg>
    <ul class="legend">
      ${parts.map(
        ([name, requests]) =>
          html`<li>
            <svg width="14" height="14" aria-hidden="true">
              <rect class="class-${name}" width="14" height="14" rx="3" /></svg
            >${name} ${classWords[name as keyof typeof classWords]}
            <span class="figure"
              >${count(requests)} · ${Math.round((requests / total) * 1000) / 10}%</span
            >
          </li>`,
      )}
    </ul>`;
};
