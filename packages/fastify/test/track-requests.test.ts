import { createHeartbeat } from '@lubdub/core';
import { peekapi } from '@lubdub/core/providers/peekapi';
import { createRecordingTransport } from '@lubdub/core/testing';
import fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { trackRequests } from '../src/index.ts';

it('sends a row for each request: the pattern, the status, the sizes, the consumer', async () => {
  const transport = createRecordingTransport();
  const client = createHeartbeat({ provider: peekapi({ apiKey: 'key' }), transport });
  const app = fastify();
  onTestFinished(async () => {
    await app.close();
    await client.close(0);
  });
  await app.register(trackRequests, { client, ignore: ['/healthz'] });
  app.get('/healthz', async () => 'ok');
  await app.register(
    async (scope) => {
      scope.post('/users/:id', async (request) => request.body);
    },
    { prefix: '/api' },
  );
  await app.inject('/healthz');
  await app.inject({
    method: 'POST',
    url: '/api/users/17?token=secret',
    payload: { a: 1 },
    headers: { authorization: 'Bearer 1234' },
  });
  await app.inject('/nowhere?x=1');
  await client.flush();
  const rows = transport.requests.flatMap(({ body }) => JSON.parse(String(body)) as object[]);
  expect(rows).toEqual([
    {
      method: 'POST',
      path: '/api/users/:id',
      status_code: 200,
      response_time_ms: expect.any(Number),
      request_size: 7,
      response_size: 7,
      consumer_id: expect.stringMatching(/^hash_[0-9a-f]{12}$/u),
      timestamp: expect.any(String),
    },
    expect.objectContaining({ path: '/nowhere', status_code: 404 }),
  ]);
});

it('refuses wrong options at registration', async () => {
  const app = fastify();
  await expect(app.register(trackRequests, { ignore: ['healthz'] })).rejects.toMatchObject({
    code: 'ERR_LUBDUB_INVALID_OPTION',
    option: 'ignore',
  });
});
