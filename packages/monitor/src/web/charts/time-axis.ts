import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import { position } from './scale.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Spans up to this are marked by the time of day, with seconds where it takes them; longer ones by the date. */
const clockUpToMs = 2 * dayMs;
const usualParts = 6;

/** How many parts an axis is divided into, so that its marks are whole hours or days apart where that can be. */
const partsOf = (spanMs: number): number => {
  const days = Math.round(spanMs / dayMs);
  if (days > 2) return days <= 8 ? days : usualParts;
  const hours = Math.round(spanMs / hourMs);
  return [usualParts, 5, 4, 7, 8].find((parts) => hours % parts === 0) ?? usualParts;
};

/** How a mark is written when marks are so far apart: no two of them alike. */
const formOf = (spanMs: number, parts: number): 'second' | 'clock' | 'day' => {
  if (spanMs > clockUpToMs) return 'day';
  return spanMs / parts < minuteMs ? 'second' : 'clock';
};
const written = {
  second: (iso: string): string => iso.slice(11, 19),
  clock: (iso: string): string => iso.slice(11, 16),
  day: (iso: string): string => iso.slice(5, 10),
};

/**
 * The axis under a chart of a span of time: marks at equal distances, in the reader's own time zone once the script has
 * run, and in UTC without it. On a phone every other mark is left out.
 */
export const timeAxis = (fromMs: number, toMs: number, last = 'now'): Html => {
  const spanMs = toMs - fromMs;
  const parts = partsOf(spanMs);
  const form = formOf(spanMs, parts);
  return html`<svg class="time-axis" width="100%" height="26" aria-hidden="true">
    ${Array.from({ length: parts + 1 }, (_, index) => {
      const x = position((index / parts) * 100);
      const time = new Date(fromMs + (spanMs * index) / parts).toISOString();
      const end = index === 0 ? 'first' : index === parts ? 'last' : 'inner';
      const minor = end === 'inner' && (index % 2 === 1 || index === parts - 1);
      const mark = html`<line x1="${x}%" x2="${x}%" y1="0" y2="5" />`;
      return html`<g class="${end}${minor && ' minor'}"
        >${mark}${
          end === 'last' && last !== ''
            ? html`<text x="100%" y="21">${last}</text>`
            : html`<text x="${x}%" y="21" data-time="${time}" data-local="${form}"
                >${written[form](time)}</text
              >`
        }</g
      >`;
    })}
  </svg>`;
};
