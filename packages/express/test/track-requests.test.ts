import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHeartbeat } from '@lubdub/core';
import { peekapi } from '@lubdub/core/providers/peekapi';
import { createRecordingTransport } from '@lubdub/core/testing';
import { collectWarnings } from '@lubdub/test-kit/adapter-contract';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { trackRequests } from '../src/index.ts';

const setUp = async (options: Parameters<typeof trackRequests>[0] = {}) => {
  const transport = createRecordingTransport();
  const client = createHeartbeat({ provider: peekapi({ apiKey: 'key' }), transport });
  const app = express().set('env', 'test');
  app.use(trackRequests({ client, ...options }));
  const router = express.Router();
  router.post(
    '/users/:id',
    express.json(),
    (request, response) => void response.json(request.body),
  );
  router.get('/users/:id', (_request, response) => void response.send('hello'));
  app.use('/api', router);
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await client.close(0);
  });
  const { port } = server.address() as AddressInfo;
  return {
    get: async (path: string, init?: RequestInit) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, init)).text(),
    rows: async () => {
      await client.flush();
      return transport.requests.flatMap(({ body }) => JSON.parse(String(body)) as object[]);
    },
  };
};

it('sends a row for each request: the pattern, the status, the sizes, the consumer', async () => {
  const { get, rows } = await setUp();
  await get('/api/users/17?token=secret', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'x-api-key': 'acme' },
  });
  await get('/nowhere?x=1', { headers: { authorization: 'Bearer 1234' } });
  expect(await rows()).toEqual([
    {
      method: 'POST',
      path: '/api/users/:id',
      status_code: 200,
      response_time_ms: expect.any(Number),
      request_size: 7,
      response_size: 7,
      consumer_id: 'acme',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/u),
    },
    expect.objectContaining({
      path: '/nowhere',
      status_code: 404,
      consumer_id: expect.stringMatching(/^hash_[0-9a-f]{12}$/u),
    }),
  ]);
});

it('collects the query string only when asked, sorted', async () => {
  const { get, rows } = await setUp({ collectQuery: true });
  await get('/api/users/17?b=2&a=1');
  expect(await rows()).toMatchObject([{ path: '/api/users/:id?a=1&b=2' }]);
});

it('leaves ignored paths out', async () => {
  const { get, rows } = await setUp({ ignore: ['/healthz', '/internal/*', /\.png$/gu] });
  for (const path of ['/healthz', '/internal/a', '/a.png', '/b.png', '/healthz/deep'])
    await get(path);
  expect(await rows()).toMatchObject([{ path: '/healthz/deep' }]);
});

it('asks the given function for the consumer, and does without when it throws', async () => {
  const warnings = collectWarnings();
  const { get, rows } = await setUp({
    identifyConsumer(headers) {
      if (headers['x-tenant'] === undefined) throw new Error('who?');
      return String(headers['x-tenant']);
    },
  });
  await get('/api/users/1', { headers: { 'x-tenant': 'acme' } });
  await get('/api/users/2');
  const [first, second] = await rows();
  expect(first).toMatchObject({ consumer_id: 'acme' });
  expect(second).not.toHaveProperty('consumer_id');
  expect(warnings).toHaveLength(1);
});

it('serves requests and warns once where there is no client', async () => {
  const warnings = collectWarnings();
  const { get } = await setUp({ client: undefined });
  expect(await get('/api/users/1')).toBe('hello');
  expect(await get('/api/users/2')).toBe('hello');
  expect(warnings.map(({ code }) => code)).toEqual(['ERR_LUBDUB_NOT_INITIALIZED']);
});

it.each([
  ['ignore', { ignore: ['healthz'] }],
  ['collectQuery', { collectQuery: 'yes' }],
  ['identifyConsumer', { identifyConsumer: 'x-api-key' }],
])('refuses a wrong %s at once', (option, options) => {
  expect(() => trackRequests(options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_LUBDUB_INVALID_OPTION', option }),
  );
});
