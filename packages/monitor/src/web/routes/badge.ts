import type { FastifyInstance } from 'fastify';

import { equalTexts } from '../../access/api-keys.ts';
import type { PageContext } from '../context.ts';
import { renderBadge } from '../render/badge.ts';
import type { Seal } from '../session/seal.ts';

/** Address of a monitor's badge. Whoever has it sees name and state, and can work out nothing else from it. */
export const badgePath = (seal: Seal, monitorId: string): string =>
  `/badges/${monitorId}-${seal.stamp(`badge ${monitorId}`)}.svg`;

const form = /^([0-9a-f]{24})-[\w-]{32}\.svg$/;

/** Pictures of states for pages elsewhere; they need no sign-in, their addresses cannot be guessed. */
export const registerBadges = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock, seal } = context;
  app.get<{ Params: { name: string } }>('/badges/:name', async (request, reply) => {
    const { name } = request.params;
    const id = form.exec(name)?.[1];
    const known = id !== undefined && equalTexts(`/badges/${name}`, badgePath(seal, id));
    const found = known ? await store.findMonitor({ by: 'id', value: id }) : null;
    const monitor = found === null ? null : await store.getMonitor(found.key, clock.wallMs());
    if (monitor === null) return reply.code(404).type('text/plain').send('No such badge.');
    return reply
      .type('image/svg+xml; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(renderBadge(monitor.name, monitor.state).toString());
  });
};
