import { createRecorder } from '@lubdub/test-kit/adapter-contract';
import { createManualClock } from '@lubdub/core/testing';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import heartbeat from '../src/index.ts';

it('beats while the app listens, and not before or after', async () => {
  const clock = createManualClock();
  const recorder = createRecorder(undefined, { clock });
  const app = fastify();
  await app.register(heartbeat, {
    client: recorder.client,
    flushTimeoutMs: 0,
    liveness: { key: 'api', intervalMs: 10_000 },
  });
  await app.ready();
  await clock.advance(30_000);
  expect(recorder.pings()).toEqual([]);
  await app.listen({ port: 0, host: '127.0.0.1' });
  await clock.advance(25_000);
  expect(recorder.pings()).toMatchObject([1, 2, 3].map(() => ({ key: 'api', state: 'success' })));
  const closed = app.close();
  await clock.advance(0);
  await closed;
  await clock.advance(60_000);
  expect(recorder.pings()).toHaveLength(3);
});
