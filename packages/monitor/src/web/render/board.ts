import type { MonitorState, MonitorSummary } from '../../model.ts';
import { sparkline } from '../charts/sparkline.ts';
import type { Viewer } from '../session/viewer.ts';
import { ago, count, due, percent, plural } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import { cell, choices, emptyState, monitorPath, pager } from './parts.ts';
import { badge, boardOrder, needsAttention, wordFor } from './states.ts';

/** What a board shows. */
export interface BoardContent {
  readonly counts: Readonly<Record<MonitorState, number>>;
  readonly tags: readonly string[];
  readonly filter: BoardFilter;
  /** Monitors that someone should look at, on top; none where a filter is set. */
  readonly attention: readonly MonitorSummary[];
  /** How many more there are of them than are on top, state by state. */
  readonly unlisted: readonly { readonly state: MonitorState; readonly count: number }[];
  readonly monitors: readonly MonitorSummary[];
  readonly nextCursor: string | null;
  /** As it came in, for links to the next part. */
  readonly query: URLSearchParams;
  readonly nowMs: number;
  /** Address of this monitor, for the lines that a newcomer copies. */
  readonly baseUrl: string;
}

/** What the visitor asked to see. */
export interface BoardFilter {
  readonly state: MonitorState | null;
  readonly tag: string;
  readonly search: string;
}

/** The board: every monitor, what needs attention first. */
export const renderBoard = (viewer: Viewer, content: BoardContent): Html => {
  const total = Object.values(content.counts).reduce((sum, number) => sum + number, 0);
  return renderLayout(viewer, {
    title: title(content.counts),
    section: 'board',
    live: 'all',
    failing: content.counts.down + content.counts.stuck > 0,
    body: html`<div class="head" id="head" data-live>
        <div>
          <h1>${headline(content.counts, total)}</h1>
          <p class="lead">
            ${total === 0 ? 'A monitor expects a sign of life from a job. When it stays out, you hear of it.' : summary(content.counts, total)}
          </p>
        </div>
        ${viewer.mayChange && html`<a class="button primary" href="/new">New monitor</a>`}
      </div>
      ${total === 0 ? firstSteps(viewer, content.baseUrl) : html`${filters(content, total)}${lists(content)}`}`,
  });
};

const attentionCount = (counts: BoardContent['counts']): number =>
  needsAttention.reduce((sum, state) => sum + counts[state], 0);

const title = (counts: BoardContent['counts']): string => {
  const attention = attentionCount(counts);
  return attention === 0 ? 'Board' : `(${attention}) Board`;
};

const headline = (counts: BoardContent['counts'], total: number): string => {
  if (total === 0) return 'Nothing is watched yet';
  const failing = counts.down + counts.stuck;
  if (failing > 0) return `${plural(failing, 'monitor')} ${failing === 1 ? 'is' : 'are'} failing`;
  if (counts.late > 0)
    return `${plural(counts.late, 'beat')} ${counts.late === 1 ? 'is' : 'are'} late`;
  if (counts.new + counts.paused === total) return 'Waiting for the first beat';
  return 'Everything is beating';
};

const summary = (counts: BoardContent['counts'], total: number): string => {
  const parts = boardOrder
    .filter((state) => counts[state] > 0)
    .map((state) => `${count(counts[state])} ${wordFor(state).toLowerCase()}`);
  return `${plural(total, 'monitor')}: ${parts.join(', ')}`;
};

const filters = ({ counts, tags, filter }: BoardContent, total: number): Html => {
  const link = (state: string): string => {
    const query = new URLSearchParams();
    if (state !== '') query.set('state', state);
    if (filter.tag !== '') query.set('tag', filter.tag);
    if (filter.search !== '') query.set('q', filter.search);
    return query.size === 0 ? '/' : `/?${String(query)}`;
  };
  const shown = boardOrder.filter((state) => counts[state] > 0 || filter.state === state);
  return html`<div class="filters">
    <div id="states" data-live>
      ${choices(
        'Filter by state',
        [
          { href: link(''), word: 'All', chosen: filter.state === null, figure: count(total) },
          ...shown.map((state) => ({
            href: link(state),
            word: wordFor(state),
            chosen: filter.state === state,
            figure: count(counts[state]),
          })),
        ],
        'chips',
      )}
    </div>
    <form class="search" role="search" method="get" action="/">
      ${filter.state !== null && html`<input type="hidden" name="state" value="${filter.state}" />`}
      <label class="unseen" for="q">Key or name</label
      ><input
        id="q"
        type="search"
        name="q"
        value="${filter.search}"
        placeholder="Search"
        maxlength="200"
      />
      ${(tags.length > 0 || filter.tag !== '') && tagSelect(tags, filter.tag)}
      <button class="button" type="submit">Find</button>
    </form>
  </div>`;
};

const tagSelect = (tags: readonly string[], chosen: string): Html => {
  const all = chosen === '' || tags.includes(chosen) ? tags : [chosen, ...tags];
  return html`<label class="unseen" for="tag">Tag</label
    ><select id="tag" name="tag">
      <option value="">Every tag</option>
      ${all.map((tag) => html`<option${tag === chosen && html` selected`}>${tag}</option>`)}
    </select>`;
};

const lists = (content: BoardContent): Html => {
  const { attention, monitors, filter, query, nextCursor, nowMs } = content;
  const filtered = filter.state !== null || filter.tag !== '' || filter.search !== '';
  if (monitors.length === 0 && attention.length === 0) {
    return html`<div id="list" data-live>
      ${emptyState(
        filtered ? 'No monitor matches' : 'No more monitors',
        html`<p><a href="/">Show every monitor</a></p>`,
      )}
    </div>`;
  }
  return html`<div id="list" data-live-list>
      ${
        attention.length > 0 &&
        html`<h2 id="h-attention">Needs attention</h2>
          ${board(attention, nowMs, 'attention')}${more(content.unlisted)}`
      }
      ${attention.length > 0 && monitors.length > 0 && html`<h2 id="h-rest">${attention.some(({ id }) => monitors.some((other) => other.id === id)) ? 'All monitors' : 'Everything else'}</h2>`}
      ${monitors.length > 0 && board(monitors, nowMs, 'rest')}
    </div>
    ${pager('/', query, nextCursor)}`;
};

const more = (unlisted: BoardContent['unlisted']): Html | false =>
  unlisted.length > 0 &&
  html`<p class="beyond" id="beyond" data-live>
    and
    ${unlisted.map(
      ({ state, count: number }, index) =>
        html`${index > 0 && ', '}<a href="/?state=${state}"
            >${count(number)} more ${wordFor(state).toLowerCase()}</a
          >`,
    )}
  </p>`;

const heads = [
  'Monitor',
  'State',
  'Last beat',
  'Next expected',
  'Durations',
  'Uptime 24 h',
  '7 d',
  '30 d',
];

const board = (monitors: readonly MonitorSummary[], nowMs: number, name: string): Html =>
  html`<table class="board" id="t-${name}" data-live-list>
    <caption class="unseen">
      Monitors: ${name === 'attention' ? 'needs attention' : 'all others'}
    </caption>
    <thead id="th-${name}">
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody id="tb-${name}" data-live-list>
      ${monitors.map((monitor) => row(monitor, nowMs, name))}
    </tbody>
  </table>`;

const row = (monitor: MonitorSummary, nowMs: number, list: string): Html => {
  const { key, name, state, uptime } = monitor;
  return html`<tr id="${list}-${monitor.id}" data-live data-state="${state}" data-name="${name}">
    <th scope="row" class="who">
      <a href="${monitorPath(key)}">${name}</a>
      <span class="sub"
        >${name !== key && html`<span class="key">${key}</span>`}${monitor.tags.slice(0, 4).map((tag) => html`<span class="tag">${tag}</span>`)}</span
      >
      ${monitor.error !== null && html`<span class="error">${monitor.error}</span>`}
    </th>
    <td class="what">${badge(state)}</td>
    ${cell('Last beat', ago(monitor.lastPing?.timestampMs ?? null, nowMs))}${cell(
      'Next expected',
      state === 'paused' ? html`<span class="none">–</span>` : due(monitor.expectedMs, nowMs),
    )}
    <td class="runs">${sparkline(monitor.recentRuns)}</td>
    ${cell('24 h', percent(uptime.day), 'number')}${cell('7 d', percent(uptime.week), 'number')}${cell('30 d', percent(uptime.month), 'number')}
  </tr>`;
};

const firstSteps = (viewer: Viewer, baseUrl: string): Html =>
  html`<section class="empty wide" id="list">
    <h2>Three steps to the first beat</h2>
    <ol class="steps">
      <li>
        <h3>Create a monitor</h3>
        <p>Say how often the job runs and how late it may be.</p>
        ${
          viewer.mayChange
            ? html`<p><a class="button" href="/new">New monitor</a></p>`
            : html`<p>Sign in with an admin key to create one here.</p>`
        }
      </li>
      <li>
        <h3>Let the job ping</h3>
        <p>Wrap it in your Node app, or end its crontab line with curl.</p>
        <pre><code>0 3 * * * backup.sh &amp;&amp; curl -fsS ${baseUrl}/ping/&lt;token&gt;</code></pre>
      </li>
      <li>
        <h3>Watch it here</h3>
        <p>This page shows the beat the moment it arrives.</p>
      </li>
    </ol>
  </section>`;
