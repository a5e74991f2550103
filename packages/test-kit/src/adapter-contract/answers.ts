import { describe, expect, it } from 'vitest';
import { statusPolicy } from '@lubdub/core/http';
import type { AdapterHarness, ContractRoute } from './harness.ts';
import { createHeldHandler, startBench } from './workbench.ts';
import { countResponses, exchangeRaw, requestText } from './wire.ts';

const answering = (
  path: string,
  statusCode: number,
  more: Partial<ContractRoute> = {},
): ContractRoute => ({
  method: 'GET',
  path,
  key: `route ${path}`,
  handle: ({ send }) => send(statusCode, statusCode === 204 ? undefined : 'hello'),
  ...more,
});

const rejectionFails = (harness: AdapterHarness): void => {
  it('fails with its error', async () => {
    const handle = async (): Promise<never> => {
      throw new Error('no route to host');
    };
    const bench = await startBench(harness, [answering('/rejects', 0, { handle })]);
    expect((await fetch(bench.url('/rejects'))).status).toBe(500);
    expect(await bench.terminals(1)).toMatchObject([
      { state: 'fail', message: 'Error: no route to host' },
    ]);
  });
};

const rejectionHangs = (harness: AdapterHarness): void => {
  it('leaves the run open until the client leaves', async () => {
    const handler = createHeldHandler();
    const bench = await startBench(harness, [answering('/hangs', 0, { handle: handler.handle })]);
    const { socket } = await bench.open(requestText('GET', '/hangs'));
    await handler.came(1);
    handler.release(0, () => Promise.reject(new Error('nobody sees this')).catch(() => undefined));
    await bench.client.flush();
    expect(bench.pings()).toMatchObject([{ state: 'start' }]);
    socket.destroy();
    expect(await bench.terminals(1)).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
  });
};

/** Requests that are answered, well or badly. */
export const answerCases = (harness: AdapterHarness): void => {
  describe('an answered request', () => {
    it.each([200, 201, 204, 404, 422])('is a success with status %i', async (statusCode) => {
      const bench = await startBench(harness, [answering('/ok/:id', statusCode)]);
      const answer = await fetch(bench.url('/ok/42?secret=1'));
      expect(answer.status).toBe(statusCode);
      const [terminal] = await bench.terminals(1);
      expect(terminal).toMatchObject({
        key: 'route /ok/:id',
        state: 'success',
        metadata: { method: 'GET', route: '/ok/:id', statusCode },
      });
      expect(terminal?.durationMs).toBeGreaterThan(0);
      expect(await bench.all()).toHaveLength(1);
    });

    it('is a success when it is redirected', async () => {
      const route = {
        ...answering('/go', 302),
        handle: ({ redirect }) => redirect('/ok'),
      } as ContractRoute;
      const bench = await startBench(harness, [route]);
      const answer = await fetch(bench.url('/go'), { redirect: 'manual' });
      expect(answer.status).toBe(302);
      expect(await bench.terminals(1)).toMatchObject([{ state: 'success' }]);
    });

    it('fails with a server error, which says the status', async () => {
      const bench = await startBench(harness, [answering('/bad', 503)]);
      await fetch(bench.url('/bad'));
      expect(await bench.terminals(1)).toMatchObject([
        { state: 'fail', reason: 'error', message: 'HTTP 503', metadata: { statusCode: 503 } },
      ]);
    });

    it('counts as its policy says', async () => {
      const options = { classify: statusPolicy({ fail: ['4xx'], success: [409], skip: [304] }) };
      const bench = await startBench(harness, [
        answering('/gone', 410, { options }),
        answering('/busy', 409, { options }),
        answering('/same', 304, { options }),
      ]);
      for (const path of ['/gone', '/busy', '/same']) await (await fetch(bench.url(path))).text();
      await bench.terminals(2);
      await bench.client.flush();
      expect(bench.pings().filter(({ state }) => state !== 'start')).toMatchObject([
        { key: 'route /gone', state: 'fail', message: 'HTTP 410' },
        { key: 'route /busy', state: 'success' },
      ]);
    });

    it('fails with the error that its handler threw', async () => {
      const bench = await startBench(harness, [
        answering('/throws', 0, {
          handle: () => {
            throw new RangeError('disk full');
          },
        }),
      ]);
      const answer = await fetch(bench.url('/throws'));
      expect(answer.status).toBe(500);
      expect(await bench.terminals(1)).toMatchObject([
        { state: 'fail', reason: 'error', message: 'RangeError: disk full' },
      ]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('is a success when the error was recovered from', async () => {
      const route = answering('/recovers', 0, {
        handle: () => {
          throw new Error('cache cold');
        },
      });
      const bench = await startBench(harness, [route], { recovers: true });
      expect((await fetch(bench.url('/recovers'))).status).toBe(200);
      expect(await bench.terminals(1)).toMatchObject([{ state: 'success' }]);
      expect(await bench.all()).toHaveLength(1);
    });

    it('is one run when the adapter is mounted twice', async () => {
      const bench = await startBench(harness, [answering('/twice', 200, { times: 2 })]);
      await (await fetch(bench.url('/twice'))).text();
      await bench.terminals(1);
      expect(await bench.all()).toHaveLength(1);
      expect(bench.pings()).toHaveLength(2);
    });

    it('is no run for HEAD', async () => {
      const bench = await startBench(harness, [answering('/ok', 200)]);
      expect((await fetch(bench.url('/ok'), { method: 'HEAD' })).status).toBe(200);
      await bench.client.flush();
      expect(bench.pings()).toEqual([]);
    });

    it('is merged with others of its window when that is asked for, and a fail goes at once', async () => {
      const options = { coalesce: { windowMs: 60_000 } };
      const bench = await startBench(harness, [
        answering('/busy', 200, { key: 'busy', options }),
        answering('/broken', 500, { key: 'busy', options }),
      ]);
      for (let index = 0; index < 5; index += 1) await (await fetch(bench.url('/busy'))).text();
      await (await fetch(bench.url('/broken'))).text();
      await bench.terminals(1);
      await bench.client.flush();
      expect(bench.pings()).toMatchObject([{ state: 'fail' }, { state: 'success', count: 5 }]);
    });
  });

  describe('a rejected handler', () => {
    if (harness.answersRejections) rejectionFails(harness);
    else rejectionHangs(harness);
  });

  describe('a connection that is kept alive', () => {
    it('gives each request its run and gathers no listeners', async () => {
      const counts: number[] = [];
      const bench = await startBench(harness, [
        answering('/ok', 200, {
          handle({ request, send }) {
            const { socket } = request;
            counts.push(socket.listenerCount('close') + socket.listenerCount('timeout'));
            return send(200, 'hello');
          },
        }),
      ]);
      const connection = await bench.open('');
      for (let sent = 1; sent <= 20; sent += 1) {
        connection.socket.write(requestText('GET', '/ok'));
        await connection.until((received) => countResponses(received) === sent);
      }
      await bench.terminals(20);
      const terminals = await bench.all();
      expect(terminals.map(({ state }) => state)).toEqual(
        Array.from({ length: 20 }, () => 'success'),
      );
      expect(new Set(terminals.map(({ runId }) => runId)).size).toBe(20);
      expect(new Set(counts.slice(1)).size).toBe(1);
    });

    it('gives each pipelined request its run', async () => {
      const bench = await startBench(harness, [answering('/ok', 200), answering('/bad', 500)]);
      const texts = ['/ok', '/bad', '/ok'].map((path) => requestText('GET', path));
      const connection = await bench.open(texts.join(''));
      await connection.until((received) => countResponses(received) === 3);
      const terminals = await bench.terminals(3);
      expect(terminals.map(({ key, state }) => `${key} ${state}`).toSorted()).toEqual([
        'route /bad fail',
        'route /ok success',
        'route /ok success',
      ]);
      expect(await bench.all()).toHaveLength(3);
    });

    it('is a success when the connection is closed after the answer', async () => {
      const bench = await startBench(harness, [answering('/ok', 200)]);
      const received = await exchangeRaw(
        bench.app.port,
        requestText('GET', '/ok', { Connection: 'close' }),
      );
      expect(received).toContain('200 OK');
      expect(await bench.terminals(1)).toMatchObject([{ state: 'success' }]);
      expect(await bench.all()).toHaveLength(1);
    });
  });
};
