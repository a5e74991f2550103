import type { TimelineSegment } from '../../model.ts';
import { shortDuration } from '../render/format.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import { stretchTone, wordFor } from '../render/states.ts';
import { position } from './scale.ts';

const columns = 300;
const narrowest = 0.35;

/** From bad to good: where many stretches share a column, the worst of them is drawn. */
const severity: Readonly<Record<TimelineSegment['state'], number>> = {
  down: 5,
  stuck: 4,
  unknown: 3,
  paused: 2,
  new: 1,
  up: 0,
};

/** How long a monitor was in each state. */
export const sumStates = (
  segments: readonly TimelineSegment[],
): ReadonlyMap<TimelineSegment['state'], number> => {
  const sums = new Map<TimelineSegment['state'], number>();
  for (const { state, fromMs, toMs } of segments) {
    sums.set(state, (sums.get(state) ?? 0) + toMs - fromMs);
  }
  return sums;
};

/**
 * Healthy, failing and unknown stretches side by side. What is not known is hatched, so that it differs without colour;
 * what is failing is taller.
 */
export const timelineChart = (
  segments: readonly TimelineSegment[],
  fromMs: number,
  toMs: number,
): Html => {
  const drawn = segments.length > columns ? coalesce(segments, fromMs, toMs) : segments;
  const spanMs = toMs - fromMs;
  const sums = [...sumStates(segments)].map(
    ([state, ms]) => `${wordFor(state).toLowerCase()} ${shortDuration(ms)}`,
  );
  return html`<svg
    class="timeline"
    width="100%"
    height="44"
    role="img"
    aria-label="Timeline: ${sums.join(', ')}"
  >
    <defs>
      <pattern
        id="hatch"
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="hatch-back" width="6" height="6" />
        <rect class="hatch-line" width="2" height="6" />
      </pattern>
      <pattern id="hatch-paused" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect class="hatch-back" width="6" height="6" />
        <circle class="hatch-line" cx="3" cy="3" r="1" />
      </pattern>
    </defs>
    <rect class="track" y="8" width="100%" height="28" />
    ${inFront(drawn).map((segment) => {
      const failing = segment.state === 'down' || segment.state === 'stuck';
      const width = Math.max(narrowest, ((segment.toMs - segment.fromMs) / spanMs) * 100);
      const x = Math.min(100 - width, ((segment.fromMs - fromMs) / spanMs) * 100);
      return html`<rect
        class="${stretchTone(segment.state)}"
        x="${position(x)}%"
        y="${failing ? 0 : 8}"
        width="${position(width)}%"
        height="${failing ? 44 : 28}"
        data-tip="${tip(segment)}"
      />`;
    })}
  </svg>`;
};

/** What is failing is drawn last: a short failure is drawn wider than it was, and must not vanish under what follows. */
const inFront = (segments: readonly TimelineSegment[]): readonly TimelineSegment[] =>
  segments.toSorted((one, other) => severity[one.state] - severity[other.state]);

/** The script puts the reader's own time in place of `{…}`. */
const tip = ({ state, fromMs, toMs, text }: TimelineSegment): string => {
  const reason = text === null || state === 'up' || state === 'new' ? '' : `\n${text}`;
  return `${wordFor(state)} for ${shortDuration(toMs - fromMs)}\n{${fromMs}} – {${toMs}}${reason}`;
};

const coalesce = (
  segments: readonly TimelineSegment[],
  fromMs: number,
  toMs: number,
): readonly TimelineSegment[] => {
  const columnMs = (toMs - fromMs) / columns;
  const worst: (TimelineSegment | undefined)[] = Array.from({ length: columns });
  for (const segment of segments) {
    const first = Math.max(0, Math.floor((segment.fromMs - fromMs) / columnMs));
    const last = Math.min(columns - 1, Math.floor((segment.toMs - 1 - fromMs) / columnMs));
    for (let column = first; column <= last; column += 1) {
      const before = worst[column];
      if (before === undefined || severity[segment.state] > severity[before.state]) {
        worst[column] = segment;
      }
    }
  }
  const merged: TimelineSegment[] = [];
  for (const [column, segment] of worst.entries()) {
    if (segment === undefined) continue;
    const start = fromMs + column * columnMs;
    const before = merged.at(-1);
    if (before !== undefined && before.state === segment.state) {
      merged[merged.length - 1] = { ...before, toMs: start + columnMs };
    } else merged.push({ ...segment, fromMs: start, toMs: start + columnMs });
  }
  return merged;
};

/** What the fillings mean, of those that occur, and for how long each. */
export const timelineLegend = (segments: readonly TimelineSegment[]): Html =>
  html`<ul class="legend">
    ${[...sumStates(segments)]
      .toSorted(([a], [b]) => severity[a] - severity[b])
      .map(
        ([state, ms]) =>
          html`<li>
            <svg width="14" height="14" aria-hidden="true">
              <rect class="${stretchTone(state)}" width="14" height="14" rx="3" /></svg
            >${wordFor(state)} <span class="figure">${shortDuration(ms)}</span>
          </li>`,
      )}
  </ul>`;
