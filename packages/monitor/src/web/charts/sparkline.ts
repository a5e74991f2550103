import type { RecentRun } from '../../model.ts';
import { shortDuration } from '../render/format.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';

const slots = 24;
const stepPx = 5;
const heightPx = 26;

/** The last runs as bars, newest at the right; a run that did not succeed has another colour and a foot. */
export const sparkline = (runs: readonly RecentRun[]): Html => {
  if (runs.length === 0) return html`<span class="none">–</span>`;
  const shown = runs.slice(-slots);
  const longestMs = Math.max(1, ...shown.map((run) => run.durationMs ?? 0));
  let good = '';
  let bad = '';
  for (const [index, run] of shown.entries()) {
    const x = (slots - shown.length + index) * stepPx + 2;
    const height = Math.max(2, Math.round(((run.durationMs ?? 0) / longestMs) * (heightPx - 6)));
    const bar = `M${x} ${heightPx - 4}v-${height}`;
    if (run.state === 'success') good += bar;
    else {
      bad += `${bar}M${x - 1.5} ${heightPx - 1}h3`;
    }
  }
  return html`<svg
    class="spark"
    width="${slots * stepPx}"
    height="${heightPx}"
    viewBox="0 0 ${slots * stepPx} ${heightPx}"
    role="img"
    aria-label="${describe(shown)}"
  >
    <path class="spark-good" d="${good}" />
    ${bad !== '' && html`<path class="spark-bad" d="${bad}" />`}
  </svg>`;
};

const describe = (runs: readonly RecentRun[]): string => {
  const failed = runs.filter((run) => run.state !== 'success').length;
  const last = runs.at(-1)?.durationMs ?? null;
  const took = last === null ? '' : `, the last took ${shortDuration(last)}`;
  return `Last ${runs.length} runs: ${failed} failed${took}`;
};
