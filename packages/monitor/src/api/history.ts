import type { FastifyInstance, FastifyReply } from 'fastify';

import { listChannels } from '../channels/test-channel.ts';
import type { MonitorDefinition } from '../model.ts';
import type { Json } from '../schema/json-schema.ts';
import { alertQuery, historyQuery, pageQuery, spanQuery } from '../schema/queries.ts';
import type { HistoryQuery, Page } from '../store/store.ts';
import type { ApiContext } from './access.ts';
import { unknown } from './access.ts';
import type { Query } from './query.ts';
import { readPageQuery, readTimeQuery } from './query.ts';

const dayMs = 86_400_000;

interface KeyParams {
  readonly key: string;
}

/** Routes that read what happened; they ask for the scope `read`. */
export const registerHistory = (app: FastifyInstance, context: ApiContext): void => {
  const { store, clock } = context;

  const ofMonitor = async <T>(
    key: string,
    reply: FastifyReply,
    read: (monitor: MonitorDefinition) => Promise<T>,
  ): Promise<T | FastifyReply> => {
    const monitor = await store.findMonitor({ by: 'key', value: key });
    return monitor === null ? unknown(reply, 'monitor', key) : read(monitor);
  };

  const lists: Readonly<Record<string, (query: HistoryQuery) => Promise<Page<unknown>>>> = {
    pings: (query) => store.listPings(query),
    runs: (query) => store.listRuns(query),
    flips: (query) => store.listFlips(query),
  };
  for (const [name, list] of Object.entries(lists)) {
    app.get<{ Params: KeyParams; Querystring: Query }>(
      `/api/v1/monitors/:key/${name}`,
      { schema: { querystring: historyQuery } },
      ({ params, query }, reply) =>
        ofMonitor(params.key, reply, (monitor) =>
          list({ ...readHistoryQuery(query), monitorId: monitor.id }),
        ),
    );
  }

  app.get<{ Params: KeyParams; Querystring: Query }>(
    '/api/v1/monitors/:key/timeline',
    { schema: { querystring: spanQuery } },
    ({ params, query }, reply) =>
      ofMonitor(params.key, reply, async (monitor) => {
        const { fromMs, toMs } = readSpan(query, clock.wallMs());
        return { fromMs, toMs, segments: await store.timeline(monitor.id, fromMs, toMs) };
      }),
  );
  registerLists(app, context);
};

const taking = (querystring: Json) => ({ schema: { querystring } });

/** Lists that are about every monitor. */
const registerLists = (app: FastifyInstance, context: ApiContext): void => {
  const { store, clock } = context;
  app.get<{ Querystring: Query }>('/api/v1/flips', taking(historyQuery), ({ query }) =>
    store.listFlips(readHistoryQuery(query)),
  );
  app.get<{ Querystring: Query }>('/api/v1/deliveries', taking(pageQuery), ({ query }) =>
    store.listDeliveries(readPageQuery(query)),
  );
  app.get<{ Querystring: Query }>('/api/v1/alerts', taking(alertQuery), ({ query }) => {
    const { status, ...page } = query;
    return store.listAlerts({
      ...readPageQuery(page),
      ...(status === undefined ? {} : { status }),
    });
  });
  app.get<{ Querystring: Query }>('/api/v1/requests', taking(spanQuery), ({ query }) => {
    const { fromMs, toMs } = readSpan(query, clock.wallMs());
    return store.analyzeRequests(fromMs, toMs);
  });
  app.get('/api/v1/states', () => store.countStates(clock.wallMs()));
  app.get('/api/v1/channels', () => ({ items: listChannels(context) }));
};

const readHistoryQuery = (query: Query): HistoryQuery => {
  const fromMs = readTimeQuery('from', query.from);
  const toMs = readTimeQuery('to', query.to);
  return {
    ...readPageQuery(query),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
};

/** A span; the last day unless told otherwise. */
const readSpan = (
  query: Query,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } => {
  const toMs = readTimeQuery('to', query.to) ?? nowMs;
  return { fromMs: readTimeQuery('from', query.from) ?? toMs - dayMs, toMs };
};
