import { describe, expect, it } from 'vitest';
import type { AdapterHarness, ContractRoute } from './harness.ts';
import { until } from '../eventually.ts';
import { createHeldHandler, startBench } from './workbench.ts';
import { requestText } from './wire.ts';

const bigBody = Buffer.alloc(64 * 1024 * 1024, 'x');

const route = (
  method: 'GET' | 'POST',
  path: string,
  more: Partial<ContractRoute>,
): ContractRoute => ({
  method,
  path,
  key: 'job',
  handle: ({ send }) => send(200, 'hello'),
  ...more,
});

/** Waits until the server has seen the end of the connection, lets the handler answer into it, and settles. */
export const abortCases = (harness: AdapterHarness): void => {
  describe('a request whose client leaves', () => {
    it.each(['GET', 'POST'] as const)(
      'before the answer of a %s fails as aborted, once',
      async (method) => {
        const handler = createHeldHandler();
        const bench = await startBench(harness, [
          route(method, '/held', { handle: handler.handle }),
        ]);
        const body = method === 'POST' ? 'read to its end' : '';
        const headers = method === 'POST' ? { 'Content-Type': 'text/plain' } : {};
        const { socket } = await bench.open(requestText(method, '/held', headers, body));
        await handler.came(1);
        socket.destroy();
        expect(await bench.terminals(1)).toMatchObject([
          {
            state: 'fail',
            reason: 'aborted',
            message: expect.stringContaining('the connection closed before the response was sent'),
          },
        ]);
        handler.release(0, ({ send }) => send(200, 'too late'));
        expect(await bench.all()).toHaveLength(1);
      },
    );

    it('while its body is on its way fails as aborted', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [route('POST', '/held', { handle: handler.handle })]);
      const { socket } = await bench.open(
        requestText('POST', '/held', { 'Content-Type': 'text/plain', 'Content-Length': '1000' }) +
          'part',
      );
      await until(() => bench.pings().length > 0, 'the start');
      socket.destroy();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('in the middle of a large answer fails as aborted, though all of it was queued', async () => {
      const bench = await startBench(harness, [
        route('GET', '/large', { handle: ({ send }) => send(200, bigBody) }),
      ]);
      const connection = await bench.open(requestText('GET', '/large'));
      await connection.until((received) => received.length > 0);
      connection.socket.pause();
      connection.socket.resetAndDestroy();
      expect(await bench.terminals(1)).toMatchObject([
        { state: 'fail', reason: 'aborted', metadata: { statusCode: 200 } },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('in the middle of a large answer with an orderly end fails as aborted', async () => {
      const bench = await startBench(harness, [
        route('GET', '/large', { handle: ({ send }) => send(200, bigBody) }),
      ]);
      const connection = await bench.open(requestText('GET', '/large'));
      await connection.until((received) => received.length > 0);
      connection.socket.destroy();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('after half of the answer fails as aborted, though the handler ends it later', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [
        route('GET', '/half', {
          handle(exchange) {
            exchange.hijack();
            exchange.response.writeHead(200, { 'content-type': 'text/plain' });
            exchange.response.write('half');
            return handler.handle(exchange);
          },
        }),
      ]);
      const connection = await bench.open(requestText('GET', '/half'));
      await connection.until((received) => received.includes('half'));
      connection.socket.resetAndDestroy();
      await until(() => handler.exchanges[0]?.request.socket.closed === true, 'the loss');
      handler.release(0, ({ response }) => void response.end('other half'));
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('fails every pipelined request that has no answer yet', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [
        route('GET', '/held', { handle: handler.handle }),
        route('GET', '/quick', { key: 'quick' }),
      ]);
      const text =
        requestText('GET', '/held') + requestText('GET', '/quick') + requestText('GET', '/held');
      const { socket } = await bench.open(text);
      await handler.came(2);
      socket.destroy();
      expect((await bench.terminals(3)).map(({ state, reason }) => `${state} ${reason}`)).toEqual([
        'fail aborted',
        'fail aborted',
        'fail aborted',
      ]);
      handler.release(0, ({ send }) => send(200, 'too late'));
      handler.release(1, ({ send }) => send(200, 'too late'));
      expect(await bench.all()).toHaveLength(3);
    });

    it('leaves other connections alone', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [route('GET', '/held', { handle: handler.handle })]);
      const first = await bench.open(requestText('GET', '/held'));
      await handler.came(1);
      const second = await bench.open(requestText('GET', '/held'));
      await handler.came(2);
      first.socket.destroy();
      await bench.terminals(1);
      handler.release(1, ({ send }) => send(200, 'hello'));
      await second.until((received) => received.includes('hello'));
      expect((await bench.all()).map(({ state }) => state)).toEqual(['fail', 'success']);
    });
  });

  describe('a response that the server ends early', () => {
    it('fails with the error it was destroyed with', async () => {
      const bench = await startBench(harness, [
        route('GET', '/breaks', {
          handle({ response, hijack }) {
            hijack();
            response.writeHead(200);
            response.write('first line');
            response.on('error', () => undefined);
            response.destroy(new Error('row 17 is corrupt'));
          },
        }),
      ]);
      await bench.open(requestText('GET', '/breaks'));
      expect(await bench.terminals(1)).toMatchObject([
        { state: 'fail', reason: 'error', message: 'Error: row 17 is corrupt' },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('fails when the server destroys the connection under a large answer', async () => {
      const handler = createHeldHandler();
      const bench = await startBench(harness, [
        route('GET', '/large', {
          handle(exchange) {
            void handler.handle(exchange);
            return exchange.send(200, bigBody);
          },
        }),
      ]);
      const connection = await bench.open(requestText('GET', '/large'));
      await connection.until((received) => received.length > 0);
      connection.socket.pause();
      handler.exchanges[0]?.request.socket.destroy();
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('fails as timed out when the server closes it for its slowness', async () => {
      const bench = await startBench(harness, [
        route('GET', '/slow', {
          handle({ request, hijack }) {
            hijack();
            request.socket.setTimeout(20);
          },
        }),
      ]);
      await bench.open(requestText('GET', '/slow'));
      expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'timeout' }]);
      expect(await bench.all()).toHaveLength(1);
    });
  });
};
