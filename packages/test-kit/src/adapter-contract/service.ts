import { describe, expect, it } from 'vitest';
import { type Answer, failWith, respond } from '@lubdub/core/testing';
import type { AdapterHarness, ContractRoute } from './harness.ts';
import { eventually } from '../eventually.ts';
import { createRecorder } from './recorder.ts';
import { createHeldHandler, startBench } from './workbench.ts';
import { exchangeRaw, requestText } from './wire.ts';

const job: ContractRoute = {
  method: 'GET',
  path: '/job',
  key: 'job',
  handle: ({ send }) => send(200, 'hello'),
};

/** Routes of all kinds of answers, for the comparison of the bytes with and without the adapter. */
const comparedRoutes: readonly ContractRoute[] = [
  job,
  { ...job, method: 'POST', path: '/job' },
  { ...job, path: '/empty', handle: ({ send }) => send(204) },
  { ...job, path: '/missing', handle: ({ send }) => send(404, 'no such thing') },
  { ...job, path: '/moved', handle: ({ redirect }) => redirect('/job') },
  {
    ...job,
    path: '/throws',
    handle() {
      throw Object.assign(new Error('boom'), { stack: 'Error: boom' });
    },
  },
  {
    ...job,
    path: '/chunks',
    handle({ response, hijack }) {
      hijack();
      response.writeHead(200, { 'x-one': '1' });
      response.write('one');
      response.end('two');
    },
  },
];

const withoutTime = (received: string): string =>
  received.replace(/^date: .*$/gimu, 'Date: -').replace(/^(etag|keep-alive): .*$/gimu, '$1: -');

/** A monitor that is down or slow, closing, and what must not change. */
export const serviceCases = (harness: AdapterHarness): void => {
  describe('a monitor that cannot be reached', () => {
    it.each<[string, Answer]>([
      ['refuses connections', () => failWith('refused')],
      ['never answers', () => undefined],
      ['answers 500', () => respond(500)],
    ])('because it %s, changes nothing for requests', async (_name, answer) => {
      const recorder = createRecorder(answer);
      const bench = await startBench(harness, [job], { flushTimeoutMs: 20 }, recorder);
      for (let index = 0; index < 10; index += 1) {
        const got = await fetch(bench.url('/job'));
        expect([got.status, await got.text()]).toEqual([200, 'hello']);
      }
      await eventually(() =>
        expect(bench.client.stats().runs).toMatchObject({ started: 10, succeeded: 10, open: 0 }),
      );
    });
  });

  describe('closing', () => {
    it('waits for a request that is under way and delivers its end', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [{ ...job, handle: handler.handle }], {
        forcesClose: false,
      });
      const connection = await bench.open(requestText('GET', '/job', { Connection: 'close' }));
      await handler.came(1);
      const closed = bench.app.close();
      handler.release(0, ({ send }) => send(200, 'hello'));
      await closed;
      await connection.until((received) => received.includes('hello'));
      expect(bench.pings()).toMatchObject([{ state: 'start' }, { state: 'success' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('delivers the abort of a request that it cuts', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [{ ...job, handle: handler.handle }], {
        forcesClose: true,
      });
      await bench.open(requestText('GET', '/job'));
      await handler.came(1);
      await bench.app.close();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });
  });

  describe('the bytes of an answer', () => {
    const requests = [
      ...comparedRoutes.map(({ method, path }) => [method, path] as const),
      ['HEAD', '/job'] as const,
      ['OPTIONS', '/job'] as const,
      ['GET', '/nowhere?x=1'] as const,
    ];

    it('are the same with and without the adapter', async () => {
      const monitored = await startBench(harness, comparedRoutes);
      const bare = await startBench(harness, comparedRoutes, { unmonitored: true });
      for (const [method, path] of requests) {
        const text = requestText(method, path, { Connection: 'close' });
        const expected = withoutTime(await exchangeRaw(bare.app.port, text));
        expect(expected).toMatch(/^HTTP\/1\.1 \d{3}/u);
        expect(withoutTime(await exchangeRaw(monitored.app.port, text))).toBe(expected);
      }
      expect(bare.pings()).toEqual([]);
      expect(await monitored.terminals(comparedRoutes.length)).toHaveLength(comparedRoutes.length);
    });
  });
};
