import type { RequestAnalytics } from '../../store/request-store.ts';
import { requestChart, statusBar } from '../charts/requests.ts';
import type { Viewer } from '../session/viewer.ts';
import { bytes, count, percent, shortDuration } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import { cell, choices, emptyState, fact, table } from './parts.ts';

/** What the requests page shows. */
export interface RequestsContent {
  readonly span: '24h' | '7d' | '30d';
  readonly fromMs: number;
  readonly nowMs: number;
  readonly analytics: RequestAnalytics;
  readonly baseUrl: string;
}

/** Request analytics: how many, how they were answered, how fast, which routes, who asked. */
export const renderRequests = (viewer: Viewer, content: RequestsContent): Html => {
  const { span, analytics } = content;
  return renderLayout(viewer, {
    title: 'Requests',
    section: 'requests',
    live: 'requests',
    body: html`<div class="head">
        <h1>Requests</h1>
        ${choices(
          'Span',
          (['24h', '7d', '30d'] as const).map((name) => ({
            href: `/requests?span=${name}`,
            word: name.replace(/(\d+)/, '$1 '),
            chosen: name === span,
          })),
          'chips',
        )}
      </div>
      <div id="figures" data-live>
        ${analytics.total.count === 0 ? noRequests(content.baseUrl) : figures(content)}
      </div>`,
  });
};

const noRequests = (baseUrl: string): Html => {
  const code = `import { initHeartbeat } from '@lubdub/core';
import { peekapi } from '@lubdub/core/providers/peekapi';
import { trackRequests } from '@lubdub/express';

initHeartbeat({ provider: peekapi({ baseUrl: '${baseUrl}', apiKey: process.env.LUBDUB_API_KEY }) });
app.use(trackRequests());`;
  return emptyState(
    'No request was reported in this span',
    html`<p>
        The Express and Fastify adapters report every request of an app in batches: its route,
        status and duration, never its body.
      </p>
      <pre tabindex="0"><code>${code}</code></pre>
      <p>
        Any SDK that speaks PeekAPI works as well when it is pointed at <code>${baseUrl}</code>.
      </p>`,
  );
};

const figures = ({ analytics, fromMs, nowMs }: RequestsContent): Html => {
  const { total } = analytics;
  return html`<dl class="facts figures">
      ${fact('Requests', count(total.count))}${fact('Answered 5xx', percent(total.errors / total.count))}
      ${fact('Median', ms(total.p50Ms))}${fact('95th percentile', ms(total.p95Ms))}${fact('99th percentile', ms(total.p99Ms))}${fact('Sent', bytes(total.responseBytes))}
    </dl>
    <section class="card" aria-labelledby="h-series">
      <h2 id="h-series">Over time</h2>
      ${requestChart(analytics.series, fromMs, nowMs)}
    </section>
    <section class="card" aria-labelledby="h-classes">
      <h2 id="h-classes">Status classes</h2>
      ${statusBar(analytics.statusClasses, total.count)}
    </section>
    <section class="card" aria-labelledby="h-routes">
      <h2 id="h-routes">Busiest routes</h2>
      ${routes(analytics)}
    </section>
    <section class="card" aria-labelledby="h-consumers">
      <h2 id="h-consumers">Consumers</h2>
      ${consumers(analytics)}
    </section>`;
};

const ms = (value: number | null): string => (value === null ? '–' : shortDuration(value));

const routes = ({ routes: found }: RequestAnalytics): Html =>
  table(
    'Routes, busiest first',
    ['Route', 'Requests', '5xx', 'Median', '95th', '99th', 'Sent'],
    found.map(
      (route) =>
        html`<tr>
          <th scope="row" class="grow">
            <span class="method">${route.method}</span> <code>${route.path}</code>
          </th>
          ${cell('Requests', count(route.count), 'number')}${cell('5xx', percent(route.errors / route.count), 'number')}${cell('Median', ms(route.p50Ms), 'number')}${cell('95th', ms(route.p95Ms), 'number')}${cell('99th', ms(route.p99Ms), 'number')}${cell('Sent', bytes(route.responseBytes), 'number')}
        </tr>`,
    ),
    'sums',
  );

const consumers = ({ consumers: found, total }: RequestAnalytics): Html =>
  table(
    'Consumers, busiest first',
    ['Consumer', 'Requests', 'Share', '5xx'],
    found.map(
      (consumer) =>
        html`<tr>
          <th scope="row" class="grow">
            ${consumer.consumerId ?? html`<span class="none">not identified</span>`}
          </th>
          ${cell('Requests', count(consumer.count), 'number')}${cell('Share', percent(consumer.count / total.count), 'number')}${cell('5xx', percent(consumer.errors / consumer.count), 'number')}
        </tr>`,
    ),
    'sums',
  );
