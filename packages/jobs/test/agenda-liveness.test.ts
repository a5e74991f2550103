import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { type PingServer, startPingServer } from '@lubdub/core/testing';
import { redisAnswers, redisUrl, removeKeys } from '@lubdub/test-kit/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Child, patienceMs, runChild } from './support/child.ts';
import { databaseUrl, postgresAnswers, sql } from './support/postgres.ts';
import { type Proxy, startProxy } from './support/proxy.ts';

const id = randomUUID().replaceAll('-', '');
const name = `lubdub_liveness_${id}`;

const databases = [
  {
    kind: 'Redis',
    answers: redisAnswers,
    target: redisUrl,
    port: 6379,
    backend: (url: string) => `
      const { Redis } = await import('ioredis');
      const { RedisBackend } = await import('@agendajs/redis-backend');
      const redis = new Redis('${url}').on('error', () => {});
      const backend = new RedisBackend({ redis, keyPrefix: '${name}:', channelName: '${name}' });`,
    clean: () => removeKeys(name),
  },
  {
    kind: 'PostgreSQL',
    answers: postgresAnswers,
    target: databaseUrl,
    port: 5432,
    backend: (url: string) => `
      const { Pool } = (await import('pg')).default;
      const { PostgresBackend } = await import('@agendajs/postgres-backend');
      const pool = new Pool({ connectionString: '${url}' }).on('error', () => {});
      const backend = new PostgresBackend({ pool, tableName: '${name}', channelName: '${name}', logTableName: '${name}_logs' });`,
    clean: () => sql(`drop table if exists ${name}, ${name}_logs`),
  },
];

describe.each(databases)(
  'an Agenda worker on $kind',
  ({ answers, target, port, backend, clean }) => {
    describe.skipIf(!answers)('where it answers', () => {
      let server: PingServer;
      let proxy: Proxy;
      let child: Child | undefined;
      beforeEach(async () => {
        server = await startPingServer();
        proxy = await startProxy(target, port);
      });
      afterEach(async () => {
        await child?.kill();
        child = undefined;
        await proxy.close();
        await server.close();
        await clean();
      });

      /** Beats every second for its jobs, and under the key `control` for as long as its loop turns. */
      const startWorker = (job: string): Child => {
        child = runChild(`
        import { existsSync } from 'node:fs';
        import { Agenda } from 'agenda';
        import { createHeartbeat } from '@lubdub/core';
        import { lubdub } from '@lubdub/core/providers/lubdub';
        import { monitorQueue } from '@lubdub/jobs/agenda';
        ${backend(proxy.url)}
        // Else Agenda ends the process when its database goes.
        backend.notificationChannel.on('error', () => {});
        const client = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }) });
        const agenda = new Agenda({ backend, processEvery: 100 });
        monitorQueue('agenda', agenda, { client, intervalMs: 1_000 });
        client.every('control', { intervalMs: 1_000 });
        agenda.define('job', async () => { ${job} });
        await agenda.start();
        await agenda.now('job', {});
      `);
        return child;
      };
      const timesOf = (key: string): readonly number[] =>
        server.distinct.filter((ping) => ping.key === key).map(({ timestampMs }) => timestampMs);
      /** Resolves with the time of the ping that is the next but `more` of a key. */
      const later = async (key: string, more: number): Promise<number> => {
        const last = timesOf(key).length + more;
        await server.until(() => timesOf(key).length > last, patienceMs);
        return timesOf(key)[last] as number;
      };

      it('is not beaten for while its database is gone, and is again when that is back', async () => {
        startWorker('');
        await later('agenda', 1);
        proxy.cut();
        // What had been answered before the cut is told within one turn of the loop.
        const goneMs = await later('control', 2);
        const stillGoneMs = await later('control', 3);
        const told = timesOf('agenda').filter((atMs) => atMs > goneMs && atMs <= stillGoneMs);
        expect(told).toEqual([]);
        proxy.restore();
        await later('agenda', 0);
      });

      it('is not beaten for while a job blocks its event loop', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'lubdub-blocked-'));
        const go = join(folder, 'go');
        const other = createHeartbeat({
          provider: lubdub({ baseUrl: server.url }),
          exitBudgetMs: 0,
        });
        const worker = startWorker(`
        const fromMs = Date.now();
        console.log('BLOCKED');
        while (!existsSync('${go}')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        console.log('FROM ' + fromMs + ' TO ' + Date.now() + ';');
      `);
        await worker.printed('BLOCKED');
        const clock = other.every('clock', { intervalMs: 1_000 });
        await later('clock', 3);
        clock.stop();
        writeFileSync(go, '');
        await worker.printed(';');
        const [, from, to] = /FROM (\d+) TO (\d+);/u.exec(worker.output()) ?? [];
        const [fromMs, toMs] = [Number(from), Number(to)];
        expect(toMs - fromMs).toBeGreaterThan(2_000);
        await server.until(() => timesOf('agenda').some((atMs) => atMs > toMs), patienceMs);
        expect(timesOf('agenda').filter((atMs) => atMs > fromMs && atMs < toMs)).toEqual([]);
        await other.close(100);
        rmSync(folder, { recursive: true, force: true });
      });
    });
  },
);
