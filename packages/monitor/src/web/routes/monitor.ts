import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { MonitorSummary } from '../../model.ts';
import type { PageContext } from '../context.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import type { MonitorView } from '../render/monitor-frame.ts';
import { monitorViews, renderMonitorPage } from '../render/monitor-frame.ts';
import { flipTable, pingList, runTable } from '../render/monitor-lists.ts';
import type { Span } from '../render/monitor-overview.ts';
import { renderOverview, spans, usualSpan } from '../render/monitor-overview.ts';
import { renderSetup } from '../render/monitor-setup.ts';
import { renderNotice } from '../render/notice.ts';
import { emptyState, monitorPath, pager } from '../render/parts.ts';
import { sendPage } from '../send-page.ts';
import type { Viewer } from '../session/viewer.ts';
import { admitViewer } from '../session/viewer.ts';
import { snippetsFor } from '../snippets.ts';
import { badgePath } from './badge.ts';
import { baseUrlOf, queryOf } from './board.ts';

const drawnRuns = 120;
const listedFlips = 5;
const pageSize = 50;

/** Says that there is no such monitor. */
export const sendUnknownMonitor = (viewer: Viewer, reply: FastifyReply): Promise<FastifyReply> =>
  sendPage(
    reply.code(404),
    renderNotice(
      viewer,
      'No such monitor',
      html`<p>It may have been deleted, or its key is spelled another way.</p>`,
    ),
  );

/** The pages of one monitor. */
export const registerMonitor = (app: FastifyInstance, context: PageContext): void => {
  for (const view of monitorViews) {
    const path = view === '' ? '/monitors/:key' : `/monitors/:key/${view}`;
    app.get<{ Params: { key: string } }>(path, async (request, reply) => {
      const viewer = await admitViewer(context, request, reply);
      if (viewer === null) return reply;
      const monitor = await context.store.getMonitor(request.params.key, context.clock.wallMs());
      if (monitor === null) return sendUnknownMonitor(viewer, reply);
      const body = await renderView(context, request, viewer, monitor, view);
      return sendPage(reply, renderMonitorPage(viewer, monitor, view, body));
    });
  }
};

const renderView = (
  context: PageContext,
  request: FastifyRequest,
  viewer: Viewer,
  monitor: MonitorSummary,
  view: MonitorView,
): Promise<Html> | Html => {
  const query = queryOf(request);
  if (view === '') return overview(context, monitor, query);
  if (view !== 'setup') return history(context, monitor, view, query);
  const baseUrl = baseUrlOf(context, request);
  const target = { monitor, baseUrl, showToken: viewer.mayChange, needsKey: !context.access.open };
  const badge = badgePath(context.seal, monitor.id);
  return renderSetup(viewer, monitor, snippetsFor(target), baseUrl, badge);
};

const overview = async (
  { store, clock }: PageContext,
  monitor: MonitorSummary,
  query: URLSearchParams,
): Promise<Html> => {
  const asked = query.get('span') ?? '';
  const nowMs = clock.wallMs();
  const monitorId = monitor.id;
  const given = Object.hasOwn(spans, asked) ? (asked as Span) : undefined;
  const segments = await store.timeline(monitorId, nowMs - spans[given ?? '24h'], nowMs);
  const span = given ?? usualSpan(segments, nowMs);
  const fromMs = nowMs - spans[span];
  const [runs, flips] = await Promise.all([
    store.listRuns({ monitorId, fromMs, limit: drawnRuns }),
    store.listFlips({ monitorId, limit: listedFlips }),
  ]);
  const content = { monitor, span, fromMs, nowMs, segments, runs: runs.items, flips: flips.items };
  return renderOverview(content);
};

const history = async (
  { store, clock }: PageContext,
  monitor: MonitorSummary,
  view: 'runs' | 'history' | 'pings',
  query: URLSearchParams,
): Promise<Html> => {
  const cursor = query.get('cursor');
  const part = {
    monitorId: monitor.id,
    limit: pageSize,
    ...(cursor === null ? {} : { cursor }),
  };
  const wrap = (list: Html, nextCursor: string | null): Html =>
    html`<div id="list" data-live>${list}</div>
      ${pager(monitorPath(monitor.key, view), query, nextCursor)}`;
  const setup = html`<p>
    <a href="${monitorPath(monitor.key, 'setup')}">Set up the job</a> so that it pings.
  </p>`;
  if (view === 'runs') {
    const { items, nextCursor } = await store.listRuns(part);
    return wrap(items.length === 0 ? emptyState('No run yet', setup) : runTable(items), nextCursor);
  }
  if (view === 'pings') {
    const { items, nextCursor } = await store.listPings(part);
    const list =
      items.length === 0 ? emptyState('No ping yet', setup) : pingList(items, clock.wallMs());
    return wrap(list, nextCursor);
  }
  const { items, nextCursor } = await store.listFlips(part);
  return wrap(
    items.length === 0 ? emptyState('Nothing has changed yet', setup) : flipTable(items, false),
    nextCursor,
  );
};
