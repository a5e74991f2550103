import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HeartbeatClient } from '@lubdub/core';
import { createRecorder, exchangeRaw, requestText } from '@lubdub/test-kit/adapter-contract';
import express from 'express';
import express4 from 'express4';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { heartbeat, heartbeatErrors, trackRequests } from '../src/index.ts';
import type { AppRequest, ComparedApp, Parts } from './apps/app.ts';
import { contentApps } from './apps/content.ts';
import { routingApps } from './apps/routing.ts';
import { stateApps } from './apps/state.ts';

// Express does not publish its examples; these apps cover their ground.
const frameworks = { 'Express 5': express, 'Express 4': express4 as unknown as typeof express };

const partsOf = (create: typeof express, client: HeartbeatClient | undefined): Parts => {
  const mounted =
    client === undefined ? [] : [trackRequests({ client }), heartbeat('everything', { client })];
  return {
    express: create,
    app() {
      const app = create().set('env', 'production');
      if (mounted.length > 0) app.use(...mounted);
      return app;
    },
    router(options) {
      const router = create.Router(options);
      if (mounted.length > 0) router.use(...mounted);
      return router;
    },
    errors(app) {
      if (client !== undefined) app.use(heartbeatErrors());
    },
  };
};

const listen = async (app: express.Express): Promise<number> => {
  const server = createServer(app as RequestListener);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** Asks everything in order, and returns all bytes but the time. */
const ask = async (port: number, requests: readonly AppRequest[]): Promise<readonly string[]> => {
  const answers: string[] = [];
  const jar = new Map<string, string>();
  for (const [target, headers, body] of requests) {
    const [method, path] = target.split(' ') as [string, string];
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { Connection: 'close', ...(cookie === '' ? {} : { Cookie: cookie }), ...headers };
    // Host goes once: the text has one of its own.
    const { Host: host = 'localhost', ...others } = sent as Record<string, string>;
    const text = requestText(method, path, others, body).replace('localhost', host);
    const answer = await exchangeRaw(port, text);
    for (const [, name = '', value = ''] of answer.matchAll(/^set-cookie: ([^=]+)=([^;\r]*)/gimu))
      jar.set(name, value);
    answers.push(answer.replaceAll(/^date: .*$/gimu, 'date: -'));
  }
  return answers;
};

const isRun = ([target]: AppRequest): boolean => !/^(?:HEAD|OPTIONS) /u.test(target);

describe.each(Object.entries(frameworks))('%s with the middleware everywhere', (_name, create) => {
  beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue());

  it.each<ComparedApp>([...contentApps, ...stateApps, ...routingApps])(
    'answers the same, byte for byte: $name',
    async ({ build, requests }) => {
      const { client, terminals, all } = createRecorder();
      const bare = await listen(build(partsOf(create, undefined)));
      const monitored = await listen(build(partsOf(create, client)));
      const expected = await ask(bare, requests);
      for (const answer of expected) expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /u);
      expect(await ask(monitored, requests)).toEqual(expected);
      const count = requests.filter(isRun).length;
      await terminals(count);
      expect(await all()).toHaveLength(count);
      await client.close(0);
    },
  );
});
