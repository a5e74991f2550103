import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AdapterHarness, ContractRoute } from './harness.ts';
import { createHeldHandler, startBench, type Workbench } from './workbench.ts';
import { requestText } from './wire.ts';

const events = (path: string, streaming: boolean): ContractRoute => ({
  method: 'GET',
  path,
  key: 'events',
  options: { streaming },
  handle({ response, hijack }) {
    hijack();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: first\n\n');
  },
});

const openSession = (bench: Workbench): ClientHttp2Session => {
  const session = connect(bench.url(''));
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return session;
};

const http2Cases = (harness: AdapterHarness): void => {
  describe('over HTTP/2', () => {
    const setup = { http2: true };

    it.each([200, 404, 500])('status %i ends the run', async (statusCode) => {
      const bench = await startBench(
        harness,
        [
          {
            method: 'GET',
            path: '/ok',
            key: 'job',
            handle: ({ send }) => send(statusCode, 'hello'),
          },
        ],
        setup,
      );
      const stream = openSession(bench).request({ ':path': '/ok' });
      stream.resume();
      await once(stream, 'end');
      expect(await bench.terminals(1)).toMatchObject([
        { state: statusCode < 500 ? 'success' : 'fail', metadata: { statusCode } },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('a cancelled stream fails as aborted, and its session goes on', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(
        harness,
        [
          { method: 'GET', path: '/held', key: 'held', handle: handler.handle },
          { method: 'GET', path: '/ok', key: 'ok', handle: ({ send }) => send(200, 'hello') },
        ],
        setup,
      );
      const session = openSession(bench);
      const held = session.request({ ':path': '/held' });
      held.on('error', () => undefined);
      await handler.came(1);
      held.close(8);
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      handler.release(0, ({ send }) => send(200, 'too late'));
      const ok = session.request({ ':path': '/ok' });
      ok.resume();
      await once(ok, 'end');
      expect((await bench.terminals(2)).map(({ key, state }) => `${key} ${state}`)).toEqual([
        'held fail',
        'ok success',
      ]);
      expect(await bench.all()).toHaveLength(2);
    });

    it('a stream that is cancelled in the middle of a large answer fails as aborted', async () => {
      const large = Buffer.alloc(16 * 1024 * 1024, 'x');
      const bench = await startBench(
        harness,
        [{ method: 'GET', path: '/large', key: 'job', handle: ({ send }) => send(200, large) }],
        setup,
      );
      const stream = openSession(bench).request({ ':path': '/large' });
      stream.on('error', () => undefined);
      await once(stream, 'response');
      stream.close(8);
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('a session whose connection dies fails its streams', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(
        harness,
        [{ method: 'GET', path: '/held', key: 'held', handle: handler.handle }],
        setup,
      );
      const session = openSession(bench);
      for (let index = 0; index < 2; index += 1) {
        session.request({ ':path': '/held' }).on('error', () => undefined);
      }
      await handler.came(2);
      session.destroy();
      expect((await bench.terminals(2)).map(({ reason }) => reason)).toEqual([
        'aborted',
        'aborted',
      ]);
      expect(await bench.all()).toHaveLength(2);
    });
  });
};

const injectCases = (harness: AdapterHarness): void => {
  describe('an injected request', () => {
    it.each([200, 500])('with status %i is one run', async (statusCode) => {
      const bench = await startBench(harness, [
        {
          method: 'POST',
          path: '/job',
          key: 'job',
          handle: ({ send }) => send(statusCode, 'hello'),
        },
      ]);
      expect(await bench.app.inject?.('POST', '/job')).toMatchObject({ statusCode });
      expect(await bench.terminals(1)).toMatchObject([
        { state: statusCode === 200 ? 'success' : 'fail', metadata: { statusCode } },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('whose response is destroyed fails', async () => {
      const bench = await startBench(harness, [
        {
          method: 'POST',
          path: '/job',
          key: 'job',
          handle({ response, hijack }) {
            hijack();
            response.on('error', () => undefined);
            response.destroy();
          },
        },
      ]);
      await expect(bench.app.inject?.('POST', '/job')).rejects.toThrow(/destroyed/u);
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail' }]);
      expect(await bench.all()).toHaveLength(1);
    });
  });
};

/** Streams, HTTP/2, hijacked and injected answers. */
export const streamCases = (harness: AdapterHarness): void => {
  describe('a stream of events', () => {
    it('fails as aborted when the client leaves, by default', async () => {
      const bench = await startBench(harness, [events('/events', false)]);
      const connection = await bench.open(requestText('GET', '/events'));
      await connection.until((received) => received.includes('first'));
      connection.socket.destroy();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('is a success when the client leaves, when the route is said to stream', async () => {
      const bench = await startBench(harness, [events('/events', true)]);
      const connection = await bench.open(requestText('GET', '/events'));
      await connection.until((received) => received.includes('first'));
      connection.socket.destroy();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'success' }]);
      expect(await bench.all()).toHaveLength(1);
    });
  });

  describe('an answer that the framework does not send', () => {
    it('ends the run all the same', async () => {
      const bench = await startBench(harness, [
        {
          method: 'GET',
          path: '/raw',
          key: 'job',
          handle({ response, hijack }) {
            hijack();
            response.statusCode = 202;
            response.end('by hand');
          },
        },
      ]);
      const answer = await fetch(bench.url('/raw'));
      expect([answer.status, await answer.text()]).toEqual([202, 'by hand']);
      expect(await bench.terminals(1)).toMatchObject([
        { state: 'success', metadata: { statusCode: 202 } },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });
  });

  if (harness.injects) injectCases(harness);
  if (harness.speaksHttp2) http2Cases(harness);
};
