import { createHeartbeat, isLubdubError } from '@lubdub/core';
import { collectWarnings, createRecorder } from '@lubdub/test-kit/adapter-contract';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import heartbeat, { type HeartbeatPluginOptions, heartbeatPlugin } from '../src/index.ts';

const setUp = async (options: Partial<HeartbeatPluginOptions> = {}) => {
  const recorder = createRecorder();
  const app = fastify();
  onTestFinished(async () => {
    await app.close();
    await recorder.client.close(0);
  });
  await app.register(heartbeat, { client: recorder.client, flushTimeoutMs: 100, ...options });
  return { ...recorder, app };
};

const refusal = async (act: (app: FastifyInstance) => unknown): Promise<unknown> => {
  const app = fastify();
  try {
    await act(app);
    await app.ready();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a route', () => {
  it('gets its run and the client', async () => {
    const { app, client, terminals, pings } = await setUp();
    app.get('/job/:id', { config: { heartbeat: 'job' } }, async (request) => {
      request.heartbeat?.log('half way');
      request.heartbeat?.set({ rows: 42 });
      return { same: app.heartbeat === client };
    });
    const answer = await app.inject('/job/17?token=secret');
    expect(answer.json()).toEqual({ same: true });
    await terminals(1);
    expect(pings()).toMatchObject([
      { state: 'start' },
      { state: 'log' },
      {
        state: 'success',
        metadata: { rows: 42, method: 'GET', route: '/job/:id', statusCode: 200 },
      },
    ]);
    expect(JSON.stringify(pings())).not.toContain('secret');
  });

  it('without a key is no run', async () => {
    const { app, client, pings } = await setUp();
    app.get('/plain', async (request) => ({ run: request.heartbeat }));
    expect((await app.inject('/plain')).json()).toEqual({ run: null });
    await client.flush();
    expect(pings()).toEqual([]);
  });

  it("falls back to the plugin's key, and opts out with false", async () => {
    const { app, all, terminals } = await setUp({
      key: (request) => `app ${request.routeOptions.url}`,
    });
    app.get('/a', async () => 'a');
    app.get('/b', { config: { heartbeat: 'own key' } }, async () => 'b');
    app.get('/c', { config: { heartbeat: false } }, async () => 'c');
    for (const path of ['/a', '/b', '/c']) await app.inject(path);
    await terminals(2);
    expect((await all()).map(({ key }) => key)).toEqual(['app /a', 'own key']);
  });

  it('takes options over those of the plugin', async () => {
    const { app, terminals } = await setUp({ classify: () => 'fail' });
    app.get(
      '/a',
      { config: { heartbeat: { key: 'a', classify: () => 'success' } } },
      async () => 'a',
    );
    app.get('/b', { config: { heartbeat: (request) => `b ${request.method}` } }, async () => 'b');
    await app.inject('/a');
    await app.inject('/b');
    const ends = (await terminals(2)).map(({ key, state }) => `${key} ${state}`);
    expect(ends.toSorted()).toEqual(['a success', 'b GET fail']);
  });

  it('declared before the plugin was loaded, or in a later scope, is seen too', async () => {
    const recorder = createRecorder();
    const app = fastify();
    app.get('/early', { config: { heartbeat: 'early' } }, async () => 'early');
    void app.register(heartbeat, { client: recorder.client });
    void app.register(async (scope) => {
      scope.get('/scoped', { config: { heartbeat: 'scoped' } }, async () => 'scoped');
    });
    await app.ready();
    onTestFinished(() => app.close());
    expect((await app.inject('/scoped')).body).toBe('scoped');
    expect(await recorder.terminals(1)).toMatchObject([{ key: 'scoped' }]);
  });

  it('does not ping when an earlier hook turned the request away', async () => {
    const recorder = createRecorder();
    const app = fastify();
    app.addHook('onRequest', async () => {
      throw Object.assign(new Error('who are you?'), { statusCode: 401 });
    });
    await app.register(heartbeat, { client: recorder.client });
    app.get('/job', { config: { heartbeat: 'job' } }, async () => 'never');
    onTestFinished(() => app.close());
    expect((await app.inject('/job')).statusCode).toBe(401);
    await recorder.client.flush();
    expect(recorder.pings()).toEqual([]);
  });

  it('fails with what its handler threw, be it no error', async () => {
    const { app, terminals, all } = await setUp();
    app.get('/job', { config: { heartbeat: 'job' } }, async () => {
      // eslint-disable-next-line typescript/only-throw-error
      throw 'a text';
    });
    await app.inject('/job');
    expect(await terminals(1)).toMatchObject([
      { state: 'fail', reason: 'error', message: 'a text' },
    ]);
    expect(await all()).toHaveLength(1);
  });

  it('answers by callback as before', async () => {
    const { app, terminals } = await setUp();
    app.get('/job', { config: { heartbeat: 'job' } }, (_request, reply) => {
      setImmediate(() => {
        reply.send('later');
      });
    });
    expect((await app.inject('/job')).body).toBe('later');
    expect(await terminals(1)).toMatchObject([{ state: 'success' }]);
  });
});

describe('wrong input', () => {
  const client = createHeartbeat({ provider: [] });

  it.each([
    ['an unknown option', { retries: 3 }, 'ERR_LUBDUB_UNKNOWN_OPTION'],
    ['a wrong option', { streaming: 'yes' }, 'ERR_LUBDUB_INVALID_OPTION'],
    ['a wrong limit', { drainTimeoutMs: -1 }, 'ERR_LUBDUB_INVALID_OPTION'],
    ['an empty key', { key: '' }, 'ERR_LUBDUB_INVALID_KEY'],
    ['a wrong beat', { liveness: { key: 'api', intervalMs: 1 } }, 'ERR_LUBDUB_INVALID_OPTION'],
  ] as const)('%s is refused at registration', async (_name, options, code) => {
    const error = await refusal((app) => app.register(heartbeat, options as never));
    expect(isLubdubError(error, code)).toBe(true);
  });

  it('a second registration is refused', async () => {
    const error = await refusal(async (app) => {
      await app.register(heartbeat, { client });
      await app.register(heartbeatPlugin, { client });
    });
    expect(isLubdubError(error, 'ERR_LUBDUB_REGISTERED_TWICE')).toBe(true);
  });

  it('a registration after the app is ready is refused by Fastify', async () => {
    const app = fastify();
    await app.ready();
    expect(() => app.register(heartbeat, { client })).toThrow(/already|booted|loaded|listening/iu);
    await app.close();
  });

  it('another major version of Fastify refuses the plugin by its own check', async () => {
    const error = await refusal(async (app) => {
      Object.defineProperty(app, 'version', { value: '4.29.0' });
      await app.register(heartbeat, { client });
    });
    expect(error).toMatchObject({ code: 'FST_ERR_PLUGIN_VERSION_MISMATCH' });
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
  ])('serves requests and warns once when the key function %s', async (_name, key) => {
    const warnings = collectWarnings();
    const { app, client: recording, pings } = await setUp();
    app.get('/job', { config: { heartbeat: key as never } }, async () => 'served');
    expect((await app.inject('/job')).body).toBe('served');
    expect((await app.inject('/job')).body).toBe('served');
    await recording.flush();
    expect(warnings.map(({ code }) => code)).toEqual(['ERR_LUBDUB_INVALID_KEY']);
    expect(pings()).toEqual([]);
  });

  it.each([[42], [''], [null], [{ key: 'job', retries: 3 }], [{}]])(
    'a route config of %j is refused when the route is declared',
    async (config) => {
      const error = await refusal(async (app) => {
        await app.register(heartbeat, { client });
        app.get('/job', { config: { heartbeat: config as never } }, async () => 'never');
      });
      expect(isLubdubError(error)).toBe(true);
    },
  );

  it('a wrong config that was declared earlier warns once, and the request is served', async () => {
    const warnings = collectWarnings();
    const app = fastify();
    onTestFinished(() => app.close());
    app.get('/job', { config: { heartbeat: 42 as never } }, async () => 'served');
    app.addHook('onRequest', async () => undefined);
    await app.register(heartbeat, { client });
    // Routes take the hooks of their scope when the app is loaded, also those that were added after them.
    expect((await app.inject('/job')).body).toBe('served');
    expect((await app.inject('/job')).body).toBe('served');
    expect(warnings).toHaveLength(1);
  });

  it('the client is missing: requests are served, one warning, and reading it throws', async () => {
    const warnings = collectWarnings();
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(heartbeat);
    app.get('/job', { config: { heartbeat: 'job' } }, async () => 'served');
    expect((await app.inject('/job')).body).toBe('served');
    expect((await app.inject('/job')).body).toBe('served');
    expect(warnings.map(({ code }) => code)).toEqual(['ERR_LUBDUB_NOT_INITIALIZED']);
    expect(() => app.heartbeat).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_NOT_INITIALIZED' }),
    );
  });
});
