import type { Socket } from 'node:net';
import { type PingServer, startPingServer } from '@lubdub/core/testing';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patienceMs } from './support/child.ts';
import { type Lambda, startLambda } from './support/lambda.ts';

describe('a Lambda whose process is frozen between invocations', () => {
  let server: PingServer;
  let lambda: Lambda | undefined;
  beforeEach(async () => {
    server = await startPingServer();
  });
  afterEach(async () => {
    await lambda?.close();
    await server.close();
    lambda = undefined;
  });

  const start = async (handler: string): Promise<Lambda> => {
    lambda = await startLambda(`
      import { createHeartbeat } from '@lubdub/core';
      import { lubdub } from '@lubdub/core/providers/lubdub';
      import { withHeartbeat } from '@lubdub/jobs/lambda';
      const client = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }) });
      ${handler}
    `);
    return lambda;
  };
  const states = (): string[] => server.distinct.map(({ key, state }) => `${key} ${state}`);

  it('has its terminal delivered before the freeze', async () => {
    const orders = await start(
      `const handler = withHeartbeat(async ({ rows }) => ({ rows }), { client });`,
    );
    const first = await orders.invoke({ rows: 42 }, { whenFrozen: states });
    expect(first.answer).toEqual({ kind: 'response', body: { rows: 42 } });
    expect(first.seen).toEqual(['import-orders start', 'import-orders success']);
    await eventually(() => expect(orders.frozen()).toBe(true));
    expect(server.distinct[1]?.metadata).toMatchObject({ requestId: 'invocation-1' });
  });

  it('has a fail delivered before the freeze, and the error is the handler’s own', async () => {
    const orders = await start(
      `const handler = withHeartbeat(async () => { throw new TypeError('no rows'); }, { client });`,
    );
    const { answer, seen } = await orders.invoke({}, { whenFrozen: states });
    expect(answer).toEqual({
      kind: 'error',
      body: { errorMessage: 'no rows', errorType: 'TypeError' },
    });
    expect(seen).toEqual(['import-orders start', 'import-orders fail']);
  });

  it('delivers after a thaw although its connections were closed while it was frozen', async () => {
    const sockets = new Set<Socket>();
    server.misbehave((_request, _response, socket) => {
      sockets.add(socket);
      return false;
    });
    const orders = await start(`const handler = withHeartbeat(async () => 1, { client });`);
    await orders.invoke({}, { whenFrozen: states });
    await eventually(() => expect(orders.frozen()).toBe(true));
    expect(sockets.size).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    const { seen } = await orders.invoke({}, { whenFrozen: states });
    expect(seen.slice(2)).toEqual(['import-orders start', 'import-orders success']);
    expect(new Set(server.distinct.map(({ runId }) => runId)).size).toBe(2);
  });

  it('is told as failed before Lambda kills it at its limit', async () => {
    const orders = await start(
      `const handler = withHeartbeat(() => new Promise(() => setInterval(() => {}, 1e6)), { client, timeoutMarginMs: 29_500 });`,
    );
    orders.begin({}, 30_000);
    await server.until(({ pings }) => pings.some(({ state }) => state === 'fail'), patienceMs);
    await orders.child.kill();
    // Where half a second is too short for the start, the fail goes alone.
    const ends = server.distinct.filter(({ state }) => state !== 'start');
    expect(ends.map(({ state, reason }) => [state, reason])).toEqual([['fail', 'timeout']]);
  });
});
