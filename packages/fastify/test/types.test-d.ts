import type { HeartbeatClient, Run } from '@lubdub/core';
import fastify from 'fastify';
import { expectTypeOf, test } from 'vitest';
import heartbeat, { statusPolicy, trackRequests } from '../src/index.ts';

const app = fastify();

test('the plugin registers with its options', () => {
  void app.register(heartbeat);
  void app.register(heartbeat, {
    key: (request) => request.routeOptions.url ?? false,
    drainTimeoutMs: 1_000,
  });
  void app.register(trackRequests, { ignore: ['/healthz', /\.png$/u] });
  expectTypeOf(app.heartbeat).toEqualTypeOf<HeartbeatClient>();
});

test('a route declares its monitor in its config and reads its run', () => {
  app.get('/a', { config: { heartbeat: 'job' } }, async (request) => {
    expectTypeOf(request.heartbeat).toEqualTypeOf<Run | null>();
  });
  app.get('/b', { config: { heartbeat: (request) => request.url } }, async () => undefined);
  app.get(
    '/c',
    { config: { heartbeat: { key: 'job', classify: statusPolicy({ fail: ['4xx'] }) } } },
    async () => undefined,
  );
  app.get('/d', { config: { heartbeat: false } }, async () => undefined);
});

test('a wrong config does not compile', () => {
  // @ts-expect-error a key is a text, a function, options or false
  app.get('/a', { config: { heartbeat: 42 } }, async () => undefined);
  // @ts-expect-error options need a key
  app.get('/b', { config: { heartbeat: { streaming: true } } }, async () => undefined);
  // @ts-expect-error a limit is a number
  void app.register(heartbeat, { drainTimeoutMs: '1s' });
  expectTypeOf(heartbeat).toBeFunction();
});
