import type { FastifyInstance, FastifyReply } from 'fastify';

import type { MaintenanceWindow, MonitorSummary } from '../../model.ts';
import type { PageContext } from '../context.ts';
import type { WindowFields } from '../read-window.ts';
import { emptyWindow, fieldsOfWindow, readWindow, readWindowFields } from '../read-window.ts';
import type { Html } from '../render/html.ts';
import { renderMaintenance } from '../render/maintenance.ts';
import { monitorPath } from '../render/parts.ts';
import type { Submission, Viewer } from '../session/viewer.ts';
import { admitChange } from '../session/viewer.ts';
import { sendUnknownMonitor } from './monitor.ts';

interface KeyParams {
  readonly Params: { readonly key: string };
}

/** Draws the edit page with this in the place of its maintenance part. */
export type SendForm = (
  viewer: Viewer,
  reply: FastifyReply,
  monitor: MonitorSummary,
  maintenance: Html,
) => Promise<FastifyReply>;

const zoneOf = ({ schedule }: MonitorSummary): string =>
  schedule?.kind === 'cron' ? schedule.timezone : 'UTC';

/** The maintenance part as it is first seen; `index` chooses the window that is to be changed. */
export const drawMaintenance = (
  viewer: Viewer,
  monitor: MonitorSummary,
  index: string | null,
  nowMs: number,
): Html => {
  const changed = index === null ? null : (monitor.maintenance[Number(index)] ?? null);
  const zone = zoneOf(monitor);
  const fields = changed === null ? emptyWindow(zone) : fieldsOfWindow(changed, zone);
  return renderMaintenance(viewer, { monitor, fields, changed, fault: null, nowMs });
};

const find = (monitor: MonitorSummary, stored: string | null): MaintenanceWindow | null =>
  monitor.maintenance.find((window) => JSON.stringify(window) === stored) ?? null;

/** Adding, changing and removing maintenance windows. */
export const registerMaintenance = (
  app: FastifyInstance,
  context: PageContext,
  sendForm: SendForm,
): void => {
  const { store, clock } = context;
  const save = (monitor: MonitorSummary, maintenance: readonly MaintenanceWindow[]) =>
    store.putMonitor(monitor.key, { maintenance }, monitor.source, clock.wallMs());
  const refuse = (
    { viewer }: Submission,
    reply: FastifyReply,
    monitor: MonitorSummary,
    content: { readonly fields: WindowFields; readonly changed: MaintenanceWindow | null },
    fault: string,
  ) => {
    const shown = { monitor, ...content, fault, nowMs: clock.wallMs() };
    return sendForm(viewer, reply.code(422), monitor, renderMaintenance(viewer, shown));
  };

  app.post<KeyParams>('/monitors/:key/maintenance', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const monitor = await store.getMonitor(request.params.key, clock.wallMs());
    if (monitor === null) return sendUnknownMonitor(submission.viewer, reply);
    const fields = readWindowFields(submission.fields);
    const changed = find(monitor, submission.fields.get('replaces'));
    const window = readWindow(fields, monitor, clock.wallMs());
    if (typeof window === 'string')
      return refuse(submission, reply, monitor, { fields, changed }, window);
    if (changed === null && monitor.maintenance.length >= mostWindows)
      return refuse(submission, reply, monitor, { fields, changed }, tooMany);
    const others = monitor.maintenance.filter((other) => other !== changed);
    await save(monitor, [...others, window]);
    return reply.redirect(`${monitorPath(monitor.key, 'edit')}#maintenance`, 303);
  });
  app.post<KeyParams>('/monitors/:key/maintenance/remove', async (request, reply) => {
    const submission = await admitChange(context, request, reply);
    if (submission === null) return reply;
    const monitor = await store.getMonitor(request.params.key, clock.wallMs());
    if (monitor === null) return sendUnknownMonitor(submission.viewer, reply);
    const removed = find(monitor, submission.fields.get('window'));
    if (removed !== null)
      await save(
        monitor,
        monitor.maintenance.filter((other) => other !== removed),
      );
    return reply.redirect(`${monitorPath(monitor.key, 'edit')}#maintenance`, 303);
  });
};

/** As many as the API takes. */
const mostWindows = 50;
const tooMany = `A monitor has at most ${mostWindows} windows; remove those that are over.`;
