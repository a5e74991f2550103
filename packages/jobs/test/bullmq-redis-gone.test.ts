import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startPingServer } from '@lubdub/core/testing';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { monitorQueue } from '../src/bullmq.ts';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A Redis of its own, which may be taken away; undefined where the machine has no server to start. */
const startRedis = async (port: number): Promise<ChildProcess | undefined> => {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const failed = once(child, 'error').then(() => true);
  const ready = new Promise<boolean>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      if (/ready to accept/iu.test(String(part))) resolve(false);
    });
  });
  return (await Promise.race([failed, ready])) ? undefined : child;
};

const port = await freePort();
const redis = await startRedis(port);

describe.skipIf(redis === undefined)('a queue whose Redis is gone', () => {
  it('is not beaten for', async () => {
    const server = await startPingServer();
    const client = createHeartbeat({ provider: lubdub({ baseUrl: server.url }), exitBudgetMs: 0 });
    const connection = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    const queue = new Queue('mail', { connection });
    queue.on('error', () => undefined);
    const monitor = monitorQueue('mail-queue', queue, { client, intervalMs: 1_000 });
    await server.until(({ pings }) => pings.length >= 2);
    const gone = once(connection, 'close');
    redis?.kill('SIGKILL');
    await gone;
    await client.flush(2_000);
    const beats = server.pings.length;
    const again = client.every('control', { intervalMs: 1_000 });
    await server.until(({ pings }) => pings.filter(({ key }) => key === 'control').length >= 3);
    expect(server.pings.filter(({ key }) => key === 'mail-queue')).toHaveLength(beats);
    again.stop();
    monitor.stop();
    connection.disconnect();
    await client.close(100);
    await server.close();
  });
});
