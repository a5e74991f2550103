import { once } from 'node:events';
import { createServer, request as requestTo, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TrackEvent } from '../src/index.ts';
import { createEngine } from './support/engine.ts';
import { RequestTracker, type TrackRequestsOptions } from '../src/http/request-tracker.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A listening server whose requests are followed, and what was tracked of them. */
const tracked = async (
  answer: RequestListener,
  options: Partial<TrackRequestsOptions> = {},
  route: () => string | undefined = () => undefined,
) => {
  const { heartbeat } = createEngine();
  const events: TrackEvent[] = [];
  const waiting: (() => void)[] = [];
  heartbeat.track = (event) => {
    events.push(event);
    for (const go of waiting.splice(0)) go();
  };
  const tracker = new RequestTracker({ client: heartbeat, ...options }, { route });
  server = createServer((request, response) => {
    tracker.follow(request, request, response);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    events,
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
};

describe('a request that is tracked', () => {
  it('is one event with what its heads say of it', async () => {
    const { events, url, next } = await tracked((_request, response) =>
      response.writeHead(201).end('12345'),
    );
    const told = next();
    await fetch(url('/orders?b=2&a=1'), { method: 'POST', body: 'abc' });
    await told;
    expect(events).toEqual([
      {
        method: 'POST',
        path: '/orders',
        statusCode: 201,
        responseTimeMs: expect.any(Number),
        requestSize: 3,
        responseSize: 0,
      },
    ]);
    expect(Number.isInteger((events[0]?.responseTimeMs ?? 0.1) * 1_000)).toBe(true);
  });

  it.each([
    ['/orders?b=2&a=1', '/orders?a=1&b=2'],
    ['/orders?', '/orders'],
    ['/orders', '/orders'],
  ])('has its query, sorted, when that is asked for: %s', async (path, expected) => {
    const { events, url, next } = await tracked((_request, response) => response.end(), {
      collectQuery: true,
    });
    const told = next();
    await fetch(url(path));
    await told;
    expect(events[0]?.path).toBe(expected);
  });

  it.each([
    ['its pattern', () => '/orders/:id', '/orders/:id'],
    ['its path where there is no pattern', () => undefined, '/orders/7'],
    [
      'its path where the pattern cannot be read',
      () => {
        throw new Error('no');
      },
      '/orders/7',
    ],
  ])('goes by %s', async (_name, route, path) => {
    const { events, url, next } = await tracked((_request, response) => response.end(), {}, route);
    const told = next();
    await fetch(url('/orders/7'));
    await told;
    expect(events[0]?.path).toBe(path);
  });

  it('is none where its path is ignored: exactly, from its beginning, by an expression', async () => {
    const { events, url, next } = await tracked((_request, response) => response.end(), {
      ignore: ['/health', '/assets/*', /\.ico$/gu],
    });
    for (const path of ['/health', '/assets/a.js', '/a.ico', '/b.ico', '/health?x'])
      await fetch(url(path));
    const told = next();
    await fetch(url('/healthy'));
    await told;
    expect(events.map(({ path }) => path)).toEqual(['/healthy']);
  });

  it.each([
    ['who it says', () => 'consumer-1', { consumerId: 'consumer-1' }],
    ['nobody', () => null, {}],
    [
      'nobody, where that cannot be found out',
      () => {
        throw new Error('no');
      },
      {},
    ],
  ])('is made by %s', async (_name, identifyConsumer, expected) => {
    const { events, url, next } = await tracked((_request, response) => response.end(), {
      identifyConsumer,
    });
    const told = next();
    await fetch(url('/'));
    await told;
    const { consumerId } = events[0] ?? {};
    expect(consumerId === undefined ? {} : { consumerId }).toEqual(expected);
  });

  it.each([
    ['499 when its peer left before the head', false, 499],
    ['the status that the peer saw when it left after the head', true, 200],
  ])('ends with %s', async (_name, headFirst, statusCode) => {
    const { events, url, next } = await tracked((_request, response) => {
      if (headFirst) response.writeHead(200).write('half');
    });
    const told = next();
    const peer = requestTo(url('/slow'));
    peer.on('error', () => undefined);
    peer.end();
    if (headFirst) await once(peer, 'response');
    else if (server !== undefined) await once(server, 'request');
    peer.destroy();
    await told;
    expect(events[0]?.statusCode).toBe(statusCode);
  });

  it('ends with 500 when the program destroyed the response with an error before its head', async () => {
    const { events, url, next } = await tracked(
      (_request, response) => void response.destroy(new Error('no')),
    );
    const told = next();
    await expect(fetch(url('/'))).rejects.toThrow(TypeError);
    await told;
    expect(events[0]?.statusCode).toBe(500);
  });

  it.each([{ ignore: ['health'] }, { ignore: '/health' }, { collectQuery: 'yes' }, { client: {} }])(
    'is refused with options of the wrong form: %j',
    (options) => {
      expect(() => new RequestTracker(options as never, { route: () => undefined })).toThrow(
        expect.objectContaining({ code: 'ERR_LUBDUB_INVALID_OPTION' }),
      );
    },
  );
});
