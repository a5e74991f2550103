import type { MonitorState } from '../../model.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { wordFor } from './states.ts';

const mostCharacters = 60;
const characterPx = 6.7;
const paddingPx = 8;

/** Fixed colours: a badge is seen on pages of others, and its word says the same. */
const colours: Readonly<Record<MonitorState, string>> = {
  up: '#17703f',
  running: '#1b5bb8',
  late: '#875400',
  down: '#b3231a',
  stuck: '#b3231a',
  new: '#535b64',
  paused: '#535b64',
};

/** A small picture that says how a monitor is, for a README or a wiki. */
export const renderBadge = (name: string, state: MonitorState): Html => {
  const label = name.length > mostCharacters ? `${name.slice(0, mostCharacters - 1)}…` : name;
  const word = wordFor(state).toLowerCase();
  const left = Math.round(label.length * characterPx) + 2 * paddingPx;
  const right = Math.round(word.length * characterPx) + 2 * paddingPx;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${left + right}"
    height="22"
    role="img"
    aria-label="${label.toWellFormed()}: ${word}"
  >
    <rect width="${left + right}" height="22" rx="4" fill="#32383e" />
    <path
      d="M${left} 0h${right - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H${left}z"
      fill="${colours[state]}"
    />
    <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
      <text x="${left / 2}" y="15" textLength="${left - 2 * paddingPx}">
        ${label.toWellFormed()}
      </text>
      <text x="${left + right / 2}" y="15" textLength="${right - 2 * paddingPx}">${word}</text>
    </g>
  </svg>`;
};
