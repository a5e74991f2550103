import { startPingServer, type PingServer } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bull, createBull, versions } from './support/bull.ts';
import { type Child, patienceMs, runChild } from './support/child.ts';
import { redisAnswers, redisUrl } from '@lubdub/test-kit/redis';

describe.skipIf(!redisAnswers).each(versions)('across processes on %s', (version, module) => {
  let bull: Bull;
  let server: PingServer;
  let children: Child[];
  beforeEach(async () => {
    bull = createBull(module);
    server = await startPingServer();
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await server.close();
    await bull.close();
  });

  /** One that is going to die finds nobody's job stalled, its own neither: a busy machine may hold it up for long. */
  const dies = 'lockDuration: 200, skipStalledCheck: true';
  /** One that takes over finds the jobs of the dead soon, and keeps its own locks. */
  const takesOver = 'stalledInterval: 200';

  const workerProcess = (locks: string, processor: string, monitor = ''): Child => {
    const child = runChild(
      `
    import { Worker } from '${version === 'BullMQ 6' ? 'bullmq' : 'bullmq5'}';
    import { Redis } from 'ioredis';
    import { createHeartbeat } from '@lubdub/core';
    import { lubdub } from '@lubdub/core/providers/lubdub';
    import { monitorWorker, withHeartbeat } from '@lubdub/jobs/bullmq';
    const client = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }), exitBudgetMs: 60_000 });
    const { hostname, port } = new URL('${redisUrl}');
    const connection = ${version === 'BullMQ 6' ? `new Redis('${redisUrl}', { maxRetriesPerRequest: null })` : '{ host: hostname, port: Number(port || 6379), maxRetriesPerRequest: null }'};
    const worker = new Worker('mail', ${processor}, {
      connection, prefix: '${bull.prefix}', ${locks}, drainDelay: 1, maxStalledCount: MAX });
    worker.on('error', () => undefined);
    ${monitor}
    process.on('SIGTERM', async () => { await worker.close(); await client.close(); process.exit(0); });
  `.replace('MAX', monitor === '' ? '5' : '0'),
    );
    children.push(child);
    return child;
  };
  const hang = `() => { console.log('BEGUN'); return new Promise(() => undefined); }`;

  it('a job of a worker that was killed goes on as the same run in another process', async () => {
    const dying = workerProcess(dies, `withHeartbeat('mail', ${hang}, { client })`);
    await bull.queue.add('a', {});
    await dying.printed('BEGUN');
    await server.until(({ pings }) => pings.length >= 1, patienceMs);
    await dying.kill();
    workerProcess(takesOver, `withHeartbeat('mail', async () => 1, { client })`);
    await server.until(({ pings }) => pings.some(({ state }) => state === 'success'), patienceMs);
    expect(server.distinct.map(({ state }) => state)).toEqual(['start', 'success']);
    expect(new Set(server.pings.map(({ runId }) => runId)).size).toBe(1);
  });

  it('a job that stalled too often by kill -9 is told as failed by the worker that gives it up', async () => {
    const monitor = `monitorWorker(worker, { client });`;
    const dying = workerProcess(dies, hang, monitor);
    await bull.queue.add('a', {});
    await dying.printed('BEGUN');
    await server.until(({ pings }) => pings.length >= 1, patienceMs);
    await dying.kill();
    workerProcess(takesOver, 'async () => 1', monitor);
    await server.until(({ pings }) => pings.some(({ state }) => state === 'fail'), patienceMs);
    expect(server.distinct.map(({ state, reason }) => [state, reason])).toEqual([
      ['start', undefined],
      ['fail', 'stalled'],
    ]);
    expect(new Set(server.pings.map(({ runId }) => runId)).size).toBe(1);
  });

  it('process.exit() in a job is no fail: another worker gets it', async () => {
    const leaving = workerProcess(dies, `withHeartbeat('mail', () => process.exit(0), { client })`);
    await bull.queue.add('a', {});
    await leaving.ended;
    expect(server.distinct.map(({ state, message }) => [state, message])).toEqual([
      ['start', undefined],
      ['log', 'interrupted: process-exit'],
    ]);
  });
});
