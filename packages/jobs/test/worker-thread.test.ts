import { type PingServer, startPingServer } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChild } from './support/child.ts';

/** What Bree does: each job is a file in a worker thread, which is terminated when it has said that it is done. */
describe('a job in a worker thread that is terminated when it is done', () => {
  let server: PingServer;
  beforeEach(async () => {
    server = await startPingServer();
  });
  afterEach(() => server.close());

  it('has its terminal delivered when it flushes before it says so', async () => {
    const file = `
      setInterval(() => {}, 60_000); // it has not ended by itself when it is terminated
      (async () => {
        (await import('tsx/esm/api')).register(); // the sources are TypeScript
        const { createHeartbeat } = await import('@lubdub/core');
        const { lubdub } = await import('@lubdub/core/providers/lubdub');
        const { withHeartbeat } = await import('@lubdub/jobs');
        const client = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }) });
        await withHeartbeat('nightly', async () => 1, { client })();
        await client.flush(60_000);
        (await import('node:worker_threads')).parentPort.postMessage('done');
      })();
    `;
    const runner = runChild(`
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(${JSON.stringify(file)}, { eval: true });
      worker.on('message', async () => process.exit(await worker.terminate() === 1 ? 0 : 2));
    `);
    const { code, output } = await runner.ended;
    expect([code, output]).toEqual([0, '']);
    expect(server.distinct.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'nightly start',
      'nightly success',
    ]);
  });
});
