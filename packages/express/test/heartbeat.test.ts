import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLubdubError } from '@lubdub/core';
import { collectWarnings, createRecorder } from '@lubdub/test-kit/adapter-contract';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { heartbeat, heartbeatErrors } from '../src/index.ts';

const listen = async (
  app: express.Express,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> => {
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
};

const setUp = () => {
  const recorder = createRecorder();
  onTestFinished(async () => {
    await recorder.client.close(0);
  });
  const app = express().set('env', 'test');
  return { ...recorder, app };
};

const thrown = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the middleware', () => {
  it('has the arities by which Express tells middleware from error hooks', () => {
    expect(heartbeat('job')).toHaveLength(3);
    expect(heartbeatErrors()).toHaveLength(4);
  });

  it('hands the run to the handler', async () => {
    const { app, client, terminals, pings } = setUp();
    app.get('/job', heartbeat('job', { client }), (request, response) => {
      request.heartbeat?.log('half way');
      request.heartbeat?.set({ rows: 42 });
      response.end();
    });
    const get = await listen(app);
    await get('/job');
    await terminals(1);
    expect(pings()).toMatchObject([
      { state: 'start' },
      { state: 'log', message: 'half way' },
      { state: 'success', metadata: { rows: 42, method: 'GET', route: '/job' } },
    ]);
  });

  it('lets the handler decide the end', async () => {
    const { app, client, terminals, pings } = setUp();
    app.get('/fails', heartbeat('fails', { client }), (request, response) => {
      request.heartbeat?.fail(new Error('3 of 40 rows'));
      response.end();
    });
    app.get('/skips', heartbeat('skips', { client, sendStart: false }), (request, response) => {
      request.heartbeat?.skip();
      response.end();
    });
    const get = await listen(app);
    await get('/skips');
    await get('/fails');
    expect(await terminals(1)).toMatchObject([{ state: 'fail', message: 'Error: 3 of 40 rows' }]);
    await client.flush();
    expect(pings().filter(({ key }) => key === 'skips')).toEqual([]);
  });

  it('asks a function for the key, on the whole app', async () => {
    const { app, client, terminals } = setUp();
    const key = (request: express.Request) =>
      request.path === '/healthz' ? false : `job ${request.path}`;
    app.use(heartbeat(key, { client }));
    app.get('/:name', (_request, response) => void response.end());
    const get = await listen(app);
    await get('/healthz');
    await get('/sync');
    expect(await terminals(1)).toMatchObject([{ key: 'job /sync', metadata: { route: '/:name' } }]);
    await client.flush();
    expect(await terminals(1)).toHaveLength(1);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no such job');
      },
    ],
    ['gives nothing', () => undefined],
    ['gives something else', () => 42],
  ])('serves the request and warns once when the key function %s', async (_name, key) => {
    const warnings = collectWarnings();
    const { app, client, pings } = setUp();
    app.get(
      '/job',
      heartbeat(key as unknown as () => string, { client }),
      (_request, response) => void response.end('served'),
    );
    const get = await listen(app);
    expect(await (await get('/job')).text()).toBe('served');
    expect(await (await get('/job')).text()).toBe('served');
    await client.flush();
    expect(warnings.map(({ code }) => code)).toEqual(['ERR_LUBDUB_INVALID_KEY']);
    expect(pings()).toEqual([]);
  });

  it('serves requests and warns once where there is no client', async () => {
    const warnings = collectWarnings();
    const { app } = setUp();
    app.get('/job', heartbeat('job'), (_request, response) => void response.end('served'));
    const get = await listen(app);
    expect(await (await get('/job')).text()).toBe('served');
    expect(await (await get('/job')).text()).toBe('served');
    expect(warnings.map(({ code }) => code)).toEqual(['ERR_LUBDUB_NOT_INITIALIZED']);
  });

  it.each([
    ['an empty key', () => heartbeat(''), 'ERR_LUBDUB_INVALID_KEY', 'key'],
    [
      'an unknown option',
      () => heartbeat('job', { streamin: true } as never),
      'ERR_LUBDUB_UNKNOWN_OPTION',
      'streamin',
    ],
    [
      'a wrong option',
      () => heartbeat('job', { streaming: 1 } as never),
      'ERR_LUBDUB_INVALID_OPTION',
      'streaming',
    ],
    [
      'a wrong run option',
      () => heartbeat('job', { maxDurationMs: 0 }),
      'ERR_LUBDUB_INVALID_OPTION',
      'maxDurationMs',
    ],
    [
      'methods in small letters',
      () => heartbeat('job', { methods: ['get'] }),
      'ERR_LUBDUB_INVALID_OPTION',
      'methods',
    ],
    [
      'a run id',
      () => heartbeat('job', { runId: 'x' } as never),
      'ERR_LUBDUB_INVALID_OPTION',
      'runId',
    ],
    [
      'to be continued in another process',
      () => heartbeat('job', { resumable: true } as never),
      'ERR_LUBDUB_INVALID_OPTION',
      'resumable',
    ],
  ] as const)('refuses %s at once', (_name, make, code, option) => {
    const error = thrown(make);
    expect(isLubdubError(error, code)).toBe(true);
    expect(error).toMatchObject({ option });
  });

  it('keeps two keys of one request apart', async () => {
    const { app, client, all, terminals } = setUp();
    app.get(
      '/job',
      heartbeat('outer', { client }),
      heartbeat('inner', { client }),
      (_request, response) => void response.end(),
    );
    const get = await listen(app);
    await get('/job');
    await terminals(2);
    expect((await all()).map(({ key }) => key)).toEqual(['outer', 'inner']);
  });

  it('pings for the methods it is told', async () => {
    const { app, client, terminals } = setUp();
    app.use(heartbeat('probe', { client, methods: ['HEAD', 'OPTIONS'] }));
    app.get('/job', (_request, response) => void response.end());
    const get = await listen(app);
    await get('/job');
    await get('/job', { method: 'HEAD' });
    await get('/job', { method: 'OPTIONS' });
    const found = await terminals(2);
    expect(found.map(({ metadata }) => metadata?.['method'])).toEqual(['HEAD', 'OPTIONS']);
  });

  it('labels runs with patterns of every kind, and never with the URL', async () => {
    const { app, client, terminals } = setUp();
    const router = express.Router({ mergeParams: true });
    router.get(
      ['/one', '/uno'],
      heartbeat('list', { client }),
      (_request, response) => void response.end(),
    );
    router.get(
      /^\/re\d+$/u,
      heartbeat('expression', { client }),
      (_request, response) => void response.end(),
    );
    app.use('/tenants/:id', router);
    const get = await listen(app);
    await get('/tenants/4711/uno?token=secret');
    await get('/tenants/4711/re17');
    const found = await terminals(2);
    expect(found.map(({ metadata }) => metadata?.['route'])).toEqual([
      '/one, /uno',
      String.raw`/^\/re\d+$/u`,
    ]);
    // Not the ids beside them: one in some hundred has these digits.
    const labels = found.map(({ key, message, metadata }) => ({ key, message, metadata }));
    expect(JSON.stringify(labels)).not.toMatch(/4711|secret/u);
  });
});

describe('the error hook', () => {
  it('tells the error of an answer that broke off', async () => {
    const { app, client, all, terminals } = setUp();
    app.get('/job', heartbeat('job', { client }), (_request, response) => {
      response.write('half');
      throw new Error('row 17 is corrupt');
    });
    app.use(heartbeatErrors());
    const get = await listen(app);
    await expect(get('/job').then((response) => response.text())).rejects.toThrow(
      /terminated|aborted|closed/u,
    );
    expect(await terminals(1)).toMatchObject([
      { state: 'fail', reason: 'error', message: 'Error: row 17 is corrupt' },
    ]);
    expect(await all()).toHaveLength(1);
  });

  it('passes the same error on', async () => {
    const { app, client } = setUp();
    const error = new Error('disk full');
    const seen: unknown[] = [];
    app.get('/job', heartbeat('job', { client }), () => {
      throw error;
    });
    app.use(heartbeatErrors());
    app.use(((passed, _request, response, _next) => {
      seen.push(passed);
      response.status(503).end();
    }) satisfies express.ErrorRequestHandler);
    const get = await listen(app);
    expect((await get('/job')).status).toBe(503);
    expect(seen).toEqual([error]);
  });

  it('without it, a fail says the status only', async () => {
    const { app, client, terminals } = setUp();
    app.get('/job', heartbeat('job', { client }), () => {
      throw new Error('disk full');
    });
    const get = await listen(app);
    await get('/job');
    expect(await terminals(1)).toMatchObject([{ state: 'fail', message: 'HTTP 500' }]);
  });
});
