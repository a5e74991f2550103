import type { Health, MonitorState, PingState, RunState } from '../../model.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';

/** Everything that a coloured badge can say. The colour never says it alone: a word and a shape say it as well. */
export type Mark =
  | MonitorState
  | PingState
  | RunState
  | 'unknown'
  | 'pending'
  | 'sent'
  | 'failed'
  | 'open'
  | 'resolved';

interface Look {
  readonly word: string;
  readonly icon: Icon;
  readonly tone: Tone;
}

/** Names of the shapes in {@link sprite}. */
export type Icon =
  | 'check'
  | 'cross'
  | 'clock'
  | 'play'
  | 'hourglass'
  | 'pause'
  | 'dots'
  | 'question'
  | 'note';

/** The colour family, as the style sheet names it. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

const looks: Readonly<Record<Mark, Look>> = {
  new: { word: 'New', icon: 'dots', tone: 'calm' },
  up: { word: 'Up', icon: 'check', tone: 'good' },
  late: { word: 'Late', icon: 'clock', tone: 'warn' },
  down: { word: 'Down', icon: 'cross', tone: 'bad' },
  running: { word: 'Running', icon: 'play', tone: 'busy' },
  stuck: { word: 'Stuck', icon: 'hourglass', tone: 'bad' },
  paused: { word: 'Paused', icon: 'pause', tone: 'calm' },
  start: { word: 'Start', icon: 'play', tone: 'busy' },
  success: { word: 'Success', icon: 'check', tone: 'good' },
  fail: { word: 'Fail', icon: 'cross', tone: 'bad' },
  log: { word: 'Log', icon: 'note', tone: 'calm' },
  lost: { word: 'Lost', icon: 'question', tone: 'warn' },
  unknown: { word: 'Unknown', icon: 'question', tone: 'calm' },
  pending: { word: 'Pending', icon: 'clock', tone: 'warn' },
  sent: { word: 'Sent', icon: 'check', tone: 'good' },
  failed: { word: 'Failed', icon: 'cross', tone: 'bad' },
  open: { word: 'Open', icon: 'cross', tone: 'bad' },
  resolved: { word: 'Resolved', icon: 'check', tone: 'good' },
};

/** The word for a state, with a capital. */
export const wordFor = (mark: Mark): string => looks[mark].word;

/** A shape of the sprite, hidden from screen readers: a word is always beside it. */
export const icon = (name: Icon): Html =>
  html`<svg class="icon" aria-hidden="true"><use href="#i-${name}" /></svg>`;

/** Shape, word and colour of a state. */
export const badge = (mark: Mark): Html => {
  const { word, icon: shape, tone } = looks[mark];
  return html`<span class="badge ${tone}">${icon(shape)}${word}</span>`;
};

/** The order in which people want to see monitors: what needs them first. */
export const boardOrder: readonly MonitorState[] = [
  'down',
  'stuck',
  'late',
  'running',
  'new',
  'up',
  'paused',
];

/** States that someone should look at. */
export const needsAttention: readonly MonitorState[] = ['down', 'stuck', 'late'];

/** How a stretch of history is drawn. */
export const stretchTone = (state: Health | 'unknown'): string => `fill-${state}`;

/** The shapes, once a page. Drawn on a grid of 16. */
export const sprite: Html = html`<svg class="sprite" aria-hidden="true">
  <defs>
    <symbol id="i-check" viewBox="0 0 16 16">
      <path
        d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.2-4.2 4.9a.8.8 0 0 1-1.2 0L4.4 9.2a.8.8 0 1 1 1.2-1.1l1.2 1.3 3.6-4.2a.8.8 0 1 1 1.2 1Z"
      />
    </symbol>
    <symbol id="i-cross" viewBox="0 0 16 16">
      <path
        d="M5.3 1h5.4L15 5.3v5.4L10.7 15H5.3L1 10.7V5.3Zm.6 3.8A.8.8 0 0 0 4.8 5.9L6.9 8l-2.1 2.1a.8.8 0 1 0 1.1 1.1L8 9.1l2.1 2.1a.8.8 0 0 0 1.1-1.1L9.1 8l2.1-2.1a.8.8 0 0 0-1.1-1.1L8 6.9Z"
      />
    </symbol>
    <symbol id="i-clock" viewBox="0 0 16 16">
      <path
        d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2.6c.4 0 .8.3.8.8v3.2l2 2a.8.8 0 0 1-1.1 1.1L7.4 8.5A.8.8 0 0 1 7.2 8V4.4c0-.5.4-.8.8-.8Z"
      />
    </symbol>
    <symbol id="i-play" viewBox="0 0 16 16">
      <path d="M4 2.4v11.2c0 .7.7 1.1 1.3.8l8.7-5.6a.9.9 0 0 0 0-1.6L5.3 1.6A.9.9 0 0 0 4 2.4Z" />
    </symbol>
    <symbol id="i-hourglass" viewBox="0 0 16 16">
      <path
        d="M3.5 1h9a.8.8 0 1 1 0 1.6h-.3v1.7c0 1-.5 2-1.4 2.5L9.2 8l1.6 1.2c.9.6 1.4 1.5 1.4 2.5v1.7h.3a.8.8 0 1 1 0 1.6h-9a.8.8 0 1 1 0-1.6h.3v-1.7c0-1 .5-1.9 1.4-2.5L6.8 8 5.2 6.8A3 3 0 0 1 3.8 4.3V2.6h-.3a.8.8 0 1 1 0-1.6Z"
      />
    </symbol>
    <symbol id="i-pause" viewBox="0 0 16 16">
      <path
        d="M4.5 2h1.4c.4 0 .7.3.7.7v10.6c0 .4-.3.7-.7.7H4.5a.7.7 0 0 1-.7-.7V2.7c0-.4.3-.7.7-.7Zm5.6 0h1.4c.4 0 .7.3.7.7v10.6c0 .4-.3.7-.7.7h-1.4a.7.7 0 0 1-.7-.7V2.7c0-.4.3-.7.7-.7Z"
      />
    </symbol>
    <symbol id="i-dots" viewBox="0 0 16 16">
      <path
        d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-dasharray="2.4 2.47"
      />
    </symbol>
    <symbol id="i-question" viewBox="0 0 16 16">
      <path
        d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 11.7a.95.95 0 1 1 0-1.9.95.95 0 0 1 0 1.9Zm1.4-4.4c-.5.3-.6.5-.6.9a.8.8 0 1 1-1.6 0c0-1.2.7-1.8 1.3-2.2.5-.3.7-.5.7-.9 0-.6-.5-1-1.2-1-.6 0-1 .3-1.2.8a.8.8 0 1 1-1.5-.6A2.8 2.8 0 0 1 8 3.6c1.6 0 2.8 1 2.8 2.5 0 1.2-.8 1.8-1.4 2.2Z"
      />
    </symbol>
    <symbol id="i-note" viewBox="0 0 16 16">
      <path
        d="M3.5 1.5h9c.8 0 1.5.7 1.5 1.5v10c0 .8-.7 1.5-1.5 1.5h-9c-.8 0-1.5-.7-1.5-1.5V3c0-.8.7-1.5 1.5-1.5Zm1.3 3.2a.8.8 0 0 0 0 1.6h6.4a.8.8 0 1 0 0-1.6Zm0 3.4a.8.8 0 0 0 0 1.6h4a.8.8 0 1 0 0-1.6Z"
      />
    </symbol>
  </defs>
</svg>`;
