import type { FastifyInstance } from 'fastify';

import { listChannels, testChannel } from '../../channels/test-channel.ts';
import type { PageContext } from '../context.ts';
import { renderAlerts } from '../render/alerts.ts';
import type { ChannelRow } from '../render/channels.ts';
import { sendPage } from '../send-page.ts';
import { admitChange, admitViewer } from '../session/viewer.ts';
import { queryOf } from './board.ts';

const pageSize = 50;
/** Among so many messages the last of each channel is looked for. */
const latestDeliveries = 200;

/** The alerts page. */
export const registerAlerts = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  app.get('/alerts', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    if (viewer === null) return reply;
    const query = queryOf(request);
    const { content, nextCursor } = await readList(context, query);
    return sendPage(reply, renderAlerts(viewer, content, nextCursor, query, clock.wallMs()));
  });
  app.post<{ Params: { id: string } }>('/alerts/:id/resolve', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    await store.resolveAlert(request.params.id, clock.wallMs());
    return reply.redirect('/alerts?view=received', 303);
  });
  app.post<{ Params: { name: string } }>('/alerts/channels/:name/test', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const { name } = request.params;
    const result = await testChannel(context, name);
    if (result.status === 'unknown-channel') return reply.redirect('/alerts?view=channels', 303);
    const test = { name, error: result.status === 'failed' ? result.error : null };
    const content = { view: 'channels', items: await readChannels(context), test } as const;
    const page = renderAlerts(
      submission.viewer,
      content,
      null,
      new URLSearchParams(),
      clock.wallMs(),
    );
    return sendPage(reply, page);
  });
};

const readChannels = async (context: PageContext): Promise<readonly ChannelRow[]> => {
  const { items } = await context.store.listDeliveries({ limit: latestDeliveries });
  return listChannels(context).map((channel) => ({
    ...channel,
    last: items.find((item) => item.channel === channel.name) ?? null,
  }));
};

const readList = async (context: PageContext, query: URLSearchParams) => {
  const { store } = context;
  const cursor = query.get('cursor');
  const part = { limit: pageSize, ...(cursor === null ? {} : { cursor }) };
  const view = query.get('view');
  if (view === 'changes') {
    const { items, nextCursor } = await store.listFlips(part);
    return { content: { view, items } as const, nextCursor };
  }
  if (view === 'received') {
    const [{ items, nextCursor }, sources] = await Promise.all([
      store.listAlerts(part),
      store.listAlertSources(),
    ]);
    return { content: { view, items, sources } as const, nextCursor };
  }
  if (view === 'channels') {
    const content = { view, items: await readChannels(context), test: null } as const;
    return { content, nextCursor: null };
  }
  const { items, nextCursor } = await store.listDeliveries(part);
  const channels = [...context.channels.keys()];
  return { content: { view: 'sent', items, channels } as const, nextCursor };
};
