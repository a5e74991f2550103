import type { MonitorSummary } from '../../model.ts';
import type { Viewer } from '../session/viewer.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import { actionForm, choices, copyButton, monitorPath } from './parts.ts';
import { badge, wordFor } from './states.ts';

/** The pages of one monitor. */
export const monitorViews = ['', 'runs', 'history', 'pings', 'setup'] as const;
/** Name of one of them; the overview has none. */
export type MonitorView = (typeof monitorViews)[number];

const words: Readonly<Record<MonitorView, string>> = {
  '': 'Overview',
  runs: 'Runs',
  history: 'History',
  pings: 'Pings',
  setup: 'Set up',
};

/** What all pages of a monitor share: name, state, what is wrong, what can be done. */
export const renderMonitorPage = (
  viewer: Viewer,
  monitor: MonitorSummary,
  view: MonitorView,
  body: Html,
): Html => {
  const { key, name, state } = monitor;
  const paused = monitor.health === 'paused';
  return renderLayout(viewer, {
    title: `${name}: ${wordFor(state).toLowerCase()}`,
    section: 'board',
    live: { key },
    failing: state === 'down' || state === 'stuck',
    body: html`<p class="crumbs"><a href="/">Board</a></p>
      <div class="head">
        <div class="grow">
          <div id="state" class="state" data-live data-state="${state}" data-name="${name}">
            <h1>${name}</h1>
            ${badge(state)}
          </div>
          <p class="keys">
            <span>Key <code>${key}</code> ${copyButton(key, 'key')}</span
            ><span>Id <code>${monitor.id}</code> ${copyButton(monitor.id, 'id')}</span>
          </p>
        </div>
        ${
          viewer.mayChange &&
          html`<div class="actions">
            ${actionForm(monitorPath(key, paused ? 'resume' : 'pause'), viewer.token, paused ? 'Resume' : 'Pause')}<a
              class="button"
              href="${monitorPath(key, 'edit')}"
              >Edit</a
            >
          </div>`
        }
      </div>
      <div id="error" data-live>
        ${monitor.error !== null && html`<p class="banner bad">${monitor.error}</p>`}${paused && html`<p class="banner calm">Paused: nothing is judged and nobody is told until it is resumed.</p>`}
      </div>
      ${choices(
        'Parts of this monitor',
        monitorViews.map((part) => ({
          href: monitorPath(key, part),
          word: words[part],
          chosen: part === view,
        })),
      )}
      ${body}`,
  });
};
