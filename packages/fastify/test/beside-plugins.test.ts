import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import statics from '@fastify/static';
import swagger from '@fastify/swagger';
import { createRecorder } from '@lubdub/test-kit/adapter-contract';
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { expect, it, onTestFinished, vi } from 'vitest';
import heartbeat, { trackRequests } from '../src/index.ts';

const build = async (
  mount: (app: FastifyInstance) => Promise<unknown>,
): Promise<FastifyInstance> => {
  const app = fastify({ genReqId: () => 'request' });
  await mount(app);
  await app.register(cookie, { secret: 'secret' });
  await app.register(formbody);
  await app.register(helmet);
  await app.register(rateLimit, { max: 6, timeWindow: '1 minute' });
  await app.register(swagger, { openapi: { info: { title: 'jobs', version: '1' } } });
  await app.register(statics, { root: import.meta.dirname, prefix: '/files/' });
  app.post('/form', async (request, reply) => {
    void reply.setCookie('seen', 'yes', { signed: true });
    return request.body;
  });
  const schema = {
    querystring: {
      type: 'object',
      required: ['count'],
      properties: { count: { type: 'integer' } },
    },
  };
  app.get('/checked', { schema }, async (request) => request.query);
  app.get('/api', async () => app.swagger());
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send('no such page'));
  await app.ready();
  onTestFinished(() => app.close());
  return app;
};

const requests: readonly InjectOptions[] = [
  {
    method: 'POST',
    url: '/form',
    payload: 'a=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  { method: 'POST', url: '/form', payload: '{', headers: { 'content-type': 'application/json' } },
  { url: '/checked?count=3' },
  { url: '/checked?count=three' },
  { url: '/files/beside-plugins.test.ts' },
  { url: '/nowhere' },
  { url: '/api' },
  { url: '/checked?count=4' },
];

it('answers the same beside the common plugins, up to the rate limit', async () => {
  // The rate limit tells the seconds that are left, which must not pass between the two.
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, all } = createRecorder();
  const bare = await build(async () => undefined);
  const monitored = await build(async (app) => {
    await app.register(heartbeat, { client, key: 'everything' });
    await app.register(trackRequests, { client });
  });
  for (const request of requests) {
    const expected = await bare.inject(request);
    const answer = await monitored.inject(request);
    for (const one of [expected, answer]) delete one.headers.date;
    expect([answer.statusCode, answer.headers, answer.body]).toEqual([
      expected.statusCode,
      expected.headers,
      expected.body,
    ]);
  }
  expect(await all()).toHaveLength(requests.length);
  await client.close(0);
});
