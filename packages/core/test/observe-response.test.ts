import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as send,
  type RequestListener,
  type Server,
  ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { observeResponse, type ResponseEnd } from '../src/http/index.ts';

const listen = async (listener?: RequestListener): Promise<Server> => {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
};

const get = async (server: Server, agent: Agent): Promise<number | undefined> => {
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(send({ port, agent }).end(), 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  return response.statusCode;
};

const keepAlive = (): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
};

it('tells the end of each response of a plain server once, and adds no listener to it', async () => {
  const ends: ResponseEnd[] = [];
  const server = await listen((request, response) => {
    const before = response.eventNames().map((name) => response.listenerCount(name));
    observeResponse(request, response, (end) => ends.push(end));
    observeResponse(request, response, (end) => ends.push(end));
    const after = response.eventNames().map((name) => response.listenerCount(name));
    response.writeHead(isDeepStrictEqual(after, before) ? 202 : 500).end('done');
  });
  const agent = keepAlive();
  for (let index = 0; index < 3; index += 1) expect(await get(server, agent)).toBe(202);
  expect(ends).toHaveLength(6);
  for (const { kind, statusCode, headersSent } of ends)
    expect([kind, statusCode, headersSent]).toEqual(['sent', 202, true]);
});

it('tells the end of a response that was made by hand for a connection taken over from the server', async () => {
  const server = await listen();
  const ended = new Promise<ResponseEnd>((resolve) => {
    server.on('upgrade', (request: IncomingMessage, socket: PassThrough) => {
      const response = new ServerResponse(request);
      response.assignSocket(request.socket);
      observeResponse(request, response, resolve);
      response.writeHead(426, { 'content-length': 3 }).end('no\n');
      response.on('finish', () => socket.end());
    });
  });
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1' }).resume();
  socket.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
  );
  expect(await ended).toMatchObject({ kind: 'sent', statusCode: 426 });
  await once(socket, 'close');
});

it('tells the end of a response that goes somewhere else, and of the next request of its connection', async () => {
  const ends: string[] = [];
  const server = await listen((request, response) => {
    const elsewhere = new ServerResponse(request);
    if (ends.length === 0) {
      elsewhere.assignSocket(new PassThrough() as never);
      observeResponse(request, elsewhere, ({ kind, statusCode }) =>
        ends.push(`${kind} ${statusCode}`),
      );
      elsewhere.writeHead(201).end();
      elsewhere.on('finish', () => response.end());
      return;
    }
    observeResponse(request, response, ({ kind, statusCode }) =>
      ends.push(`${kind} ${statusCode}`),
    );
    response.writeHead(203).end();
  });
  const agent = keepAlive();
  expect(await get(server, agent)).toBe(200);
  expect(await get(server, agent)).toBe(203);
  expect(ends).toEqual(['sent 201', 'sent 203']);
});

it('tells at once of a response that has ended before', async () => {
  const agent = keepAlive();
  const ended = new Promise<ResponseEnd>((resolve, reject) => {
    const listener: RequestListener = (request, response) => {
      response.on('close', () => observeResponse(request, response, resolve));
      response.end('done');
    };
    listen(listener)
      .then((server) => get(server, agent))
      .catch(reject);
  });
  expect(await ended).toMatchObject({ kind: 'sent', statusCode: 200 });
});
