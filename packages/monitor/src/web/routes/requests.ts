import type { FastifyInstance } from 'fastify';

import type { PageContext } from '../context.ts';
import { renderRequests } from '../render/requests.ts';
import { sendPage } from '../send-page.ts';
import { admitViewer } from '../session/viewer.ts';
import { baseUrlOf, queryOf } from './board.ts';

const spans = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;

/** The request analytics page. */
export const registerRequests = (app: FastifyInstance, context: PageContext): void => {
  app.get('/requests', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    if (viewer === null) return reply;
    const asked = queryOf(request).get('span') ?? '24h';
    const span = Object.hasOwn(spans, asked) ? (asked as keyof typeof spans) : '24h';
    const nowMs = context.clock.wallMs();
    const fromMs = nowMs - spans[span];
    const analytics = await context.store.analyzeRequests(fromMs, nowMs + 1);
    const baseUrl = baseUrlOf(context, request);
    return sendPage(reply, renderRequests(viewer, { span, fromMs, nowMs, analytics, baseUrl }));
  });
};
