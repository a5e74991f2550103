import { createRequire } from 'node:module';
import { createRecorder } from '@lubdub/test-kit/adapter-contract';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, expect, it, vi } from 'vitest';
import heartbeat, { trackRequests } from '../src/index.ts';

// The examples that Fastify publishes within its package, run as they are: only their listening is left out.
const require = createRequire(import.meta.url);
const entry = require.resolve('fastify');
const original = require('fastify') as (...args: unknown[]) => FastifyInstance;
const cached = require.cache[entry];

afterAll(() => {
  if (cached !== undefined) cached.exports = original;
});

const load = async (
  name: string,
  mount?: (app: FastifyInstance) => void,
): Promise<FastifyInstance> => {
  const created: FastifyInstance[] = [];
  const factory = (...args: unknown[]): FastifyInstance => {
    const [options] = args as [object | undefined];
    const app = original({ ...options, logger: false });
    created.push(app);
    vi.spyOn(app, 'listen').mockReturnValue();
    mount?.(app);
    return app;
  };
  if (cached !== undefined) cached.exports = Object.assign(factory, original);
  const file = require.resolve(`fastify/examples/${name}`);
  delete require.cache[file];
  require(file);
  const [app] = created;
  if (app === undefined) throw new Error(`${name} made no app`);
  await app.ready();
  return app;
};

const payload = '{"hello":"world"}';
const requests: readonly InjectOptions[] = [
  { url: '/' },
  { url: '/nowhere' },
  { url: '/english/hello' },
  { method: 'HEAD', url: '/' },
  { method: 'OPTIONS', url: '/' },
  ...['application/json', 'application/jsoff', 'application/vnd.custom+json', 'text/unknown'].map(
    (type): InjectOptions => ({
      method: 'POST',
      url: '/',
      payload,
      headers: { 'content-type': type },
    }),
  ),
];

const seen = ({ statusCode, headers, body }: LightMyRequestResponse) => ({
  statusCode,
  headers: { ...headers, date: '-' },
  body,
});

it.each(['simple', 'asyncawait', 'hooks', 'route-prefix', 'shared-schema', 'simple-stream'])(
  "Fastify's own example %s answers the same with the plugins on it",
  async (name) => {
    vi.spyOn(console, 'log').mockReturnValue();
    const { client, all } = createRecorder();
    const bare = await load(name);
    const monitored = await load(name, (app) => {
      void app.register(heartbeat, { client, key: 'everything' });
      void app.register(trackRequests, { client });
    });
    for (const request of requests)
      expect(seen(await monitored.inject(request))).toEqual(seen(await bare.inject(request)));
    expect(await all()).toHaveLength(requests.length - 2);
    await Promise.all([bare.close(), monitored.close()]);
    await client.close(0);
  },
);
