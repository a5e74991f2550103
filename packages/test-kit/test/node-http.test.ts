import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  attachHeartbeat,
  type HttpRequest,
  type ListeningServer,
  rememberError,
  RouteHeartbeat,
} from '@lubdub/core/http';
import inject from 'light-my-request';
import {
  adapterContract,
  type ContractApp,
  type ContractRoute,
  type ContractSetup,
} from '../src/adapter-contract/index.ts';

type Listener = (request: HttpRequest, response: ServerResponse) => void;

/** What a program without a framework writes for one route. */
const answer = async (
  route: ContractRoute,
  request: HttpRequest,
  response: ServerResponse,
  recovers: boolean,
) => {
  const send = (statusCode: number, body?: string | Buffer) => {
    response.statusCode = statusCode;
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  try {
    if (request.method === 'POST') await once(request.resume(), 'end');
    await route.handle({
      request,
      response,
      send,
      redirect: (location) => response.writeHead(302, { location }).end(),
      hijack() {},
    });
  } catch (error) {
    rememberError(request, error);
    if (!response.headersSent) send(recovers ? 200 : 500, 'went wrong');
  }
};

const pathMatches = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replace(/:\w+/gu, '[^/]+')}$`, 'u').test(path);

const createListener = ({
  routes,
  client,
  recovers = false,
  unmonitored,
}: ContractSetup): Listener => {
  const mounted = routes.map((route) => ({
    route,
    heartbeat:
      route.key === undefined || unmonitored === true
        ? undefined
        : new RouteHeartbeat<HttpRequest>(
            route.key,
            { ...route.options, client },
            { route: () => route.path },
          ),
  }));
  return (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const [path = '/'] = (request.url ?? '/').split('?');
    const found = mounted.find(
      ({ route }) => route.method === method && pathMatches(route.path, path),
    );
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    for (let time = 0; time < (found.route.times ?? 1); time += 1)
      found.heartbeat?.begin(request, request, response);
    void answer(found.route, request, response, recovers);
  };
};

const start = async (setup: ContractSetup): Promise<ContractApp> => {
  const listener = createListener(setup);
  const server =
    setup.http2 === true
      ? createHttp2Server(listener as never)
      : createServer(listener as (request: IncomingMessage, response: ServerResponse) => void);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const attached = attachHeartbeat(server as unknown as ListeningServer, {
    client: setup.client,
    flushTimeoutMs: setup.flushTimeoutMs,
    drainTimeoutMs: setup.forcesClose === true ? 0 : 5_000,
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await attached.close();
    },
    inject: (method, url) => inject(listener, { method, url }),
  };
};

adapterContract({
  name: 'plain node:http',
  speaksHttp2: true,
  injects: true,
  answersRejections: true,
  start,
});
