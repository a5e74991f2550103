import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { bearerKey } from '../access/access.ts';
import { findKeyFault } from '../ingest/text.ts';
import type { MonitorState } from '../model.ts';
import { boardQuery } from '../schema/queries.ts';
import { monitorInput } from '../schema/requests.ts';
import type { MonitorQuery } from '../store/store.ts';
import type { ApiContext } from './access.ts';
import { unknown } from './access.ts';
import { InputError, readMonitorInput } from './monitor-input.ts';
import { showMonitor } from './monitor-output.ts';
import type { Query } from './query.ts';
import { readPageQuery } from './query.ts';

interface KeyParams {
  readonly key: string;
}

/** Routes that read monitors; they ask for the scope `read`. */
export const registerMonitorReading = (app: FastifyInstance, context: ApiContext): void => {
  const { store, clock, access } = context;
  const mayAdministrate = async (request: FastifyRequest): Promise<boolean> =>
    (await access.check(bearerKey(request.headers.authorization), 'admin')) === 'allowed';

  const list = async (request: FastifyRequest): Promise<unknown> => {
    const query = toQuery(request.query as Query);
    const page = await store.listMonitors(query, clock.wallMs());
    const withToken = await mayAdministrate(request);
    return { ...page, items: page.items.map((monitor) => showMonitor(monitor, withToken)) };
  };
  app.get('/api/v1/monitors', { schema: { querystring: boardQuery } }, (request) => list(request));

  app.get<{ Params: KeyParams }>('/api/v1/monitors/:key', async (request, reply) => {
    const monitor = await store.getMonitor(request.params.key, clock.wallMs());
    if (monitor === null) return unknown(reply, 'monitor', request.params.key);
    return showMonitor(monitor, await mayAdministrate(request));
  });
};

/** Routes that change monitors; they ask for the scope `admin`. */
export const registerMonitorChanges = (app: FastifyInstance, context: ApiContext): void => {
  const { store, clock } = context;

  const schema = { body: monitorInput };
  app.put<{ Params: KeyParams }>('/api/v1/monitors/:key', { schema }, async (request, reply) => {
    const { key } = request.params;
    try {
      const fault = findKeyFault(key);
      if (fault !== null) throw new InputError(fault);
      const before = await store.findMonitor({ by: 'key', value: key });
      const change = readMonitorInput(request.body, before);
      const { monitor, created } = await store.putMonitor(
        key,
        change,
        before?.source ?? 'api',
        clock.wallMs(),
      );
      return await reply.code(created ? 201 : 200).send(showMonitor(monitor, true));
    } catch (error) {
      return refuseInput(reply, error);
    }
  });

  app.delete<{ Params: KeyParams }>('/api/v1/monitors/:key', async (request, reply) => {
    const { key } = request.params;
    if (!(await store.deleteMonitor(key))) return unknown(reply, 'monitor', key);
    return reply.code(204).send();
  });

  for (const [word, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post<{ Params: KeyParams }>(`/api/v1/monitors/:key/${word}`, async (request, reply) => {
      const monitor = await store.setPaused(request.params.key, paused, clock.wallMs());
      if (monitor === null) return unknown(reply, 'monitor', request.params.key);
      return showMonitor(monitor, true);
    });
  }
};

/** Answers 400 for input that cannot be used; anything else is thrown on. */
export const refuseInput = (reply: FastifyReply, error: unknown): FastifyReply => {
  if (!(error instanceof InputError)) throw error;
  return reply.code(400).send({ error: { code: 'invalid', message: error.message } });
};

const toQuery = ({ state, tag, search, ...page }: Query): MonitorQuery => ({
  ...readPageQuery(page),
  ...(state === undefined ? {} : { states: state.split(',') as MonitorState[] }),
  ...(tag === undefined ? {} : { tag }),
  ...(search === undefined ? {} : { search }),
});
