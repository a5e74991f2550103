import type { FastifyInstance } from 'fastify';

import type { PageContext } from '../context.ts';
import { graceSetting } from '../context.ts';
import { emptyFields, fieldsOf, renderMonitorForm } from '../render/monitor-form.ts';
import { monitorPath } from '../render/parts.ts';
import { readFields, readForm } from '../read-form.ts';
import { sendPage } from '../send-page.ts';
import { admitChange, admitViewer } from '../session/viewer.ts';
import { queryOf } from './board.ts';
import type { SendForm } from './maintenance.ts';
import { drawMaintenance, registerMaintenance } from './maintenance.ts';
import { sendUnknownMonitor } from './monitor.ts';

const usualGraceMs = 60_000;

interface KeyParams {
  readonly Params: { readonly key: string };
}

/** The grace that new monitors start with, in milliseconds. */
export const readDefaultGrace = async ({ store }: PageContext): Promise<number> => {
  const value = await store.getSetting(graceSetting);
  return value === null ? usualGraceMs : Number(value);
};

/** Creating, changing, pausing and deleting monitors in the browser. */
export const registerChangePages = (app: FastifyInstance, context: PageContext): void => {
  registerCreate(app, context);
  registerEdit(app, context);
  registerActions(app, context);
};

const registerCreate = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  const channels = [...context.channels.keys()];
  app.get('/new', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    if (viewer === null) return reply;
    if (!viewer.mayChange) return reply.redirect('/login?next=/new', 303);
    const fields = emptyFields(await readDefaultGrace(context));
    return sendPage(
      reply,
      renderMonitorForm(viewer, { fields, faults: {}, monitor: null, channels }),
    );
  });
  app.post('/new', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const fields = readFields(submission.fields);
    const read = readForm(fields, null);
    const known = await store.findMonitor({ by: 'key', value: fields.key });
    if (!read.ok || known !== null) {
      const faults = read.ok
        ? { key: `There is a monitor with the key ${fields.key} already.` }
        : read.faults;
      return sendPage(
        reply.code(422),
        renderMonitorForm(submission.viewer, { fields, faults, monitor: null, channels }),
      );
    }
    await store.putMonitor(fields.key, read.change, 'api', clock.wallMs());
    return reply.redirect(monitorPath(fields.key, 'setup'), 303);
  });
};

const registerEdit = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  const channels = [...context.channels.keys()];
  const sendForm: SendForm = (viewer, reply, monitor, maintenance) => {
    const content = { fields: fieldsOf(monitor), faults: {}, monitor, channels, maintenance };
    return sendPage(reply, renderMonitorForm(viewer, content));
  };
  app.get<KeyParams>('/monitors/:key/edit', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    if (viewer === null) return reply;
    const monitor = await store.getMonitor(request.params.key, clock.wallMs());
    if (monitor === null) return sendUnknownMonitor(viewer, reply);
    if (!viewer.mayChange)
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    const index = queryOf(request).get('window');
    return sendForm(
      viewer,
      reply,
      monitor,
      drawMaintenance(viewer, monitor, index, clock.wallMs()),
    );
  });
  registerMaintenance(app, context, sendForm);
  app.post<KeyParams>('/monitors/:key/edit', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const { viewer } = submission;
    const monitor = await store.getMonitor(request.params.key, clock.wallMs());
    if (monitor === null) return sendUnknownMonitor(viewer, reply);
    const fields = readFields(submission.fields);
    const read = readForm(fields, monitor);
    if (!read.ok) {
      const maintenance = drawMaintenance(viewer, monitor, null, clock.wallMs());
      const content = { fields, faults: read.faults, monitor, channels, maintenance };
      return sendPage(reply.code(422), renderMonitorForm(viewer, content));
    }
    await store.putMonitor(monitor.key, read.change, monitor.source, clock.wallMs());
    return reply.redirect(monitorPath(monitor.key), 303);
  });
};

const registerActions = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  for (const [word, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post<KeyParams>(`/monitors/:key/${word}`, async (request, reply) => {
      const submission = await admitChange(context, request, reply);
      if (submission === null) return reply;
      const monitor = await store.setPaused(request.params.key, paused, clock.wallMs());
      if (monitor === null) return sendUnknownMonitor(submission.viewer, reply);
      return reply.redirect(monitorPath(monitor.key), 303);
    });
  }
  app.post<KeyParams>('/monitors/:key/delete', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const deleted = await store.deleteMonitor(request.params.key);
    return deleted ? reply.redirect('/', 303) : sendUnknownMonitor(submission.viewer, reply);
  });
};
