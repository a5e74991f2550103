import type { FastifyInstance } from 'fastify';

import { createApiKey } from '../../access/api-keys.ts';
import { cleanText } from '../../ingest/text.ts';
import type { Scope } from '../../store/key-store.ts';
import type { PageContext } from '../context.ts';
import { graceSetting } from '../context.ts';
import { parseDuration } from '../render/format.ts';
import type { Html } from '../render/html.ts';
import { renderSettings } from '../render/settings.ts';
import { sendPage } from '../send-page.ts';
import type { Viewer } from '../session/viewer.ts';
import { admitChange, admitViewer } from '../session/viewer.ts';
import { readDefaultGrace } from './changes.ts';

const longestGraceMs = 366 * 24 * 3_600_000;

/** The settings page: default grace and API keys. */
export const registerSettings = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock, access } = context;
  const show = async (
    viewer: Viewer,
    said: { readonly madeKey?: string; readonly fault?: string } = {},
  ): Promise<Html> =>
    renderSettings(viewer, {
      graceMs: await readDefaultGrace(context),
      keys: viewer.mayChange ? await store.listApiKeys() : [],
      open: access.open,
      nowMs: clock.wallMs(),
      madeKey: said.madeKey ?? null,
      fault: said.fault ?? null,
    });

  app.get('/settings', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    return viewer === null ? reply : sendPage(reply, await show(viewer));
  });
  app.post('/settings/grace', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const text = submission.fields.get('grace') ?? '';
    const graceMs = parseDuration(text);
    if (graceMs === null || graceMs > longestGraceMs) {
      const fault = `"${text.slice(0, 40)}" is no duration of at most a year; write 90s, 5m or 1h 30m.`;
      return sendPage(reply.code(422), await show(submission.viewer, { fault }));
    }
    await store.putSetting(graceSetting, String(graceMs));
    return reply.redirect('/settings', 303);
  });
  app.post('/settings/keys', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const name = cleanText((submission.fields.get('name') ?? '').trim(), 400).slice(0, 100);
    const scope = readScope(submission.fields.get('scope'));
    if (name === '' || scope === null) {
      const fault = 'A key takes a name and one of ping, read and admin.';
      return sendPage(reply.code(422), await show(submission.viewer, { fault }));
    }
    const { secret } = await createApiKey(store, name, scope, clock.wallMs());
    return sendPage(reply, await show(submission.viewer, { madeKey: secret }));
  });
  app.post<{ Params: { id: string } }>('/settings/keys/:id/delete', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    await store.deleteApiKey(request.params.id);
    return reply.redirect('/settings', 303);
  });
};

const readScope = (text: string | null): Scope | null =>
  text === 'ping' || text === 'read' || text === 'admin' ? text : null;
