import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  AdapterHarness,
  ContractApp,
  ContractRoute,
  ContractSetup,
  Exchange,
} from '@lubdub/test-kit/adapter-contract';
import type express from 'express';
import { attachHeartbeat, heartbeat, heartbeatErrors } from '../src/index.ts';

type Express = typeof express;

const exchangeOf = (request: express.Request, response: express.Response): Exchange => ({
  request,
  response,
  send: (statusCode, body) => {
    response.status(statusCode);
    return body === undefined ? response.end() : response.send(body);
  },
  redirect: (location) => response.redirect(location),
  hijack() {},
});

const mount = (
  app: express.Express,
  route: ContractRoute,
  { client, unmonitored }: ContractSetup,
) => {
  const { key, options, times = 1 } = route;
  const monitoring =
    key === undefined || unmonitored === true
      ? []
      : Array.from({ length: times }, () => heartbeat(key, { ...options, client }));
  const readBody: express.RequestHandler = (request, _response, next) => {
    request.on('end', () => next()).resume();
  };
  const handler: express.RequestHandler = (request, response) =>
    route.handle(exchangeOf(request, response));
  app[route.method === 'GET' ? 'get' : 'post'](route.path, ...monitoring, readBody, handler);
};

const build = (create: Express, setup: ContractSetup): express.Express => {
  const app = create();
  app.set('env', 'test');
  for (const route of setup.routes) mount(app, route, setup);
  if (setup.unmonitored !== true) app.use(heartbeatErrors());
  if (setup.recovers === true) {
    app.use(((_error, _request, response, _next) => {
      response.status(200).send('recovered');
    }) satisfies express.ErrorRequestHandler);
  }
  return app;
};

const start = async (create: Express, setup: ContractSetup): Promise<ContractApp> => {
  const app = build(create, setup);
  const server = createServer(app as (request: unknown, response: ServerResponse) => void);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const attached = attachHeartbeat(server, {
    client: setup.client,
    flushTimeoutMs: setup.flushTimeoutMs,
    drainTimeoutMs: setup.forcesClose === true ? 0 : 5_000,
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await attached.close();
    },
    inject: undefined,
  };
};

/** The Express adapter on one version of Express. */
export const createExpressHarness = (
  name: string,
  create: Express,
  major: 4 | 5,
): AdapterHarness => ({
  name,
  speaksHttp2: false,
  injects: false,
  answersRejections: major === 5,
  start: (setup) => start(create, setup),
});
