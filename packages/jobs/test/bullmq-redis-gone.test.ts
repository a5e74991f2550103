import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPingServer } from '@lubdub/core/testing';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { monitorQueue } from '../src/bullmq.ts';
import { patienceMs } from './support/child.ts';

/** A Redis of its own on a socket file, which may be taken away; undefined where the machine has no server to start. */
const startRedis = async (path: string): Promise<ChildProcess | undefined> => {
  const child = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const missing = once(child, 'error').then(() => undefined);
  let said = '';
  const ready = new Promise<ChildProcess>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      said += String(part);
      if (/ready to accept/iu.test(said)) resolve(child);
    });
    child.once('exit', () => reject(new Error(`redis-server ended at once: ${said}`)));
  });
  return Promise.race([missing, ready]);
};

const folder = mkdtempSync(join(tmpdir(), 'lubdub-redis-'));
const path = join(folder, 'socket');
const redis = await startRedis(path);

afterAll(() => {
  redis?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(redis === undefined)('a queue whose Redis is gone', () => {
  it('is not beaten for', async () => {
    const server = await startPingServer();
    const client = createHeartbeat({ provider: lubdub({ baseUrl: server.url }), exitBudgetMs: 0 });
    const connection = new Redis({ path, maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    const queue = new Queue('mail', { connection });
    queue.on('error', () => undefined);
    const monitor = monitorQueue('mail-queue', queue, { client, intervalMs: 1_000 });
    await server.until(({ pings }) => pings.length >= 2, patienceMs);
    const gone = new Promise((resolve) => connection.once('close', resolve));
    redis?.kill('SIGKILL');
    await gone;
    await client.flush(60_000);
    const beats = server.pings.length;
    const again = client.every('control', { intervalMs: 1_000 });
    await server.until(
      ({ pings }) => pings.filter(({ key }) => key === 'control').length >= 3,
      patienceMs,
    );
    expect(server.pings.filter(({ key }) => key === 'mail-queue')).toHaveLength(beats);
    again.stop();
    monitor.stop();
    connection.disconnect();
    await client.close(100);
    await server.close();
  });
});
