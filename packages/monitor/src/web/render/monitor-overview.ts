import type { Flip, MonitorSummary, Run, Schedule, TimelineSegment } from '../../model.ts';
import { durationChart } from '../charts/durations.ts';
import { timeAxis } from '../charts/time-axis.ts';
import { timelineChart, timelineLegend } from '../charts/timeline.ts';
import { ago, at, due, percent, shortDuration } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { describeWindow } from './maintenance.ts';
import { flipTable, runTable } from './monitor-lists.ts';
import { choices, emptyState, fact, monitorPath } from './parts.ts';

/** How far back an overview can look. */
export const spans = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
  '90d': 7_776_000_000,
} as const;
/** Name of such a span. */
export type Span = keyof typeof spans;

/** How far back an overview looks unless asked: a day, and an hour while the monitor is no older. */
export const usualSpan = (segments: readonly TimelineSegment[], nowMs: number): Span =>
  (segments[0]?.fromMs ?? nowMs) > nowMs - spans['1h'] ? '1h' : '24h';

/** What an overview shows. */
export interface OverviewContent {
  readonly monitor: MonitorSummary;
  readonly span: Span;
  readonly fromMs: number;
  readonly nowMs: number;
  readonly segments: readonly TimelineSegment[];
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly flips: readonly Flip[];
}

const listedRuns = 10;

/** The overview of a monitor: facts, timeline, durations, last runs and changes. */
export const renderOverview = (content: OverviewContent): Html =>
  html` <section id="facts" data-live aria-label="Facts">
      ${facts(content.monitor, content.nowMs)}
    </section>
    ${timelineCard(content)}${runsCard(content)}${flipsCard(content)}`;

const timelineCard = ({ monitor, span, segments, fromMs, nowMs }: OverviewContent): Html => {
  const links = (Object.keys(spans) as Span[]).map((name) => ({
    href: `${monitorPath(monitor.key)}?span=${name}`,
    word: name.replace(/(\d+)/, '$1 '),
    chosen: name === span,
  }));
  return html`<section class="card" aria-labelledby="h-timeline">
    <div class="card-head">
      <h2 id="h-timeline">Timeline</h2>
      <div id="spans" data-live>${choices('Span', links, 'chips')}</div>
    </div>
    <div id="timeline" data-live>
      ${timelineChart(segments, fromMs, nowMs)}${timeAxis(fromMs, nowMs)}${timelineLegend(segments)}
    </div>
  </section>`;
};

const runsCard = ({ monitor, runs }: OverviewContent): Html => {
  const setup = html`<p>
    A run is put together from its pings.
    <a href="${monitorPath(monitor.key, 'setup')}">Set up the job</a> to see how long each one
    takes.
  </p>`;
  const list =
    runs.length === 0
      ? emptyState('No run in this span', setup)
      : html`${durationChart(runs, monitor.maxDurationMs)}${runTable(runs.slice(0, listedRuns))}`;
  return html`<section class="card" aria-labelledby="h-runs">
    <div class="card-head">
      <h2 id="h-runs">Runs</h2>
      ${runs.length > 0 && html`<a href="${monitorPath(monitor.key, 'runs')}">All runs</a>`}
    </div>
    <div id="runs" data-live>${list}</div>
  </section>`;
};

const flipsCard = ({ monitor, flips }: OverviewContent): Html => {
  const teach = html`<p>
    The first ping makes this monitor up; from then on every change is listed here with its reason.
  </p>`;
  const list =
    flips.length === 0 ? emptyState('Nothing has changed yet', teach) : flipTable(flips, false);
  return html`<section class="card" aria-labelledby="h-flips">
    <div class="card-head">
      <h2 id="h-flips">Changes of state</h2>
      ${flips.length > 0 && html`<a href="${monitorPath(monitor.key, 'history')}">All changes</a>`}
    </div>
    <div id="flips" data-live>${list}</div>
  </section>`;
};

const facts = (monitor: MonitorSummary, nowMs: number): Html => {
  const { lastPing, uptime, openRuns } = monitor;
  const none = html`<span class="none">–</span>`;
  return html`<dl class="facts figures">
      ${fact('Last beat', ago(lastPing?.timestampMs ?? null, nowMs))}
      ${fact('Next expected', monitor.health === 'paused' ? none : due(monitor.expectedMs, nowMs))}
      ${fact('Last duration', monitor.lastDurationMs === null ? none : shortDuration(monitor.lastDurationMs))}
      ${fact('Uptime 24 h', percent(uptime.day))}${fact('Uptime 7 d', percent(uptime.week))}${fact('Uptime 30 d', percent(uptime.month))}
    </dl>
    <dl class="facts small">
      ${fact('Expects', describeSchedule(monitor.schedule))}${fact('Grace', shortDuration(monitor.graceMs))}
      ${fact('Longest run', monitor.maxDurationMs === null ? 'no limit' : shortDuration(monitor.maxDurationMs))}
      ${monitor.nextDueMs !== null && fact('Fails without a ping', at(monitor.nextDueMs))}
      ${monitor.minIntervalMs !== null && fact('Runs at least apart', shortDuration(monitor.minIntervalMs))}
      ${
        openRuns.length > 0 &&
        fact(
          'Running since',
          openRuns.slice(0, 3).map(({ startedMs }) => html`${ago(startedMs, nowMs)} `),
        )
      }
      ${
        monitor.tags.length > 0 &&
        fact(
          'Tags',
          monitor.tags.map((tag) => html`<span class="tag">${tag}</span>`),
        )
      }
      ${fact('Alerts', monitor.channels === null ? 'every channel' : monitor.channels.join(', ') || 'no channel')}
      ${
        monitor.maintenance.length > 0 &&
        fact(
          'Maintenance',
          monitor.maintenance.map(
            (window) => html`<span class="remark">${describeWindow(window)}</span>`,
          ),
        )
      }
    </dl>`;
};

/** When beats are expected, for people. */
export const describeSchedule = (schedule: Schedule | null): Html => {
  if (schedule === null) return html`a ping, whenever it comes`;
  return schedule.kind === 'interval'
    ? html`a beat every ${shortDuration(schedule.intervalMs)}`
    : html`<code>${schedule.expression}</code> in ${schedule.timezone}`;
};
