import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPingServer, type PingServer } from '../src/testing/index.ts';
import { patienceMs, runChild } from './support/child.ts';

const seen = (server: PingServer): string[] =>
  server.distinct.map(
    ({ key, state, reason }) =>
      `${key} ${state}${reason === undefined || reason === 'error' ? '' : ` ${reason}`}`,
  );
const oneRunId = (server: PingServer): number =>
  new Set(server.pings.map(({ runId }) => runId)).size;

describe('the end of a process', () => {
  let server: PingServer;
  beforeEach(async () => {
    server = await startPingServer();
  });
  afterEach(() => server.close());

  it('delivers both pings when a script runs to its natural end', async () => {
    const { code, stderr } = await runChild(server.url, `await heartbeat.run('x', async () => 1);`)
      .ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(seen(server)).toEqual(['x start', 'x success']);
  });

  it('delivers both pings when the script calls process.exit() at once', async () => {
    const { code } = await runChild(
      server.url,
      `await heartbeat.run('x', async () => 1); process.exit(3);`,
    ).ended;
    expect(code).toBe(3);
    expect(seen(server)).toEqual(['x start', 'x success']);
    expect(oneRunId(server)).toBe(1);
  });

  it('tells an open run as failed by process.exit(), code 0 included', async () => {
    await runChild(server.url, `heartbeat.start('x'); process.exit(0);`).ended;
    expect(seen(server)).toEqual(['x start', 'x fail process-exit']);
    expect(server.pings.at(-1)?.metadata).toEqual({ exitCode: 0 });
  });

  it('tells an open run as succeeded at process.exit(0) when asked to', async () => {
    await runChild(server.url, `heartbeat.start('x'); process.exit(0);`, `{ exitZero: 'success' }`)
      .ended;
    expect(seen(server)).toEqual(['x start', 'x success']);
  });

  it('only logs the interruption of a run that another process resumes', async () => {
    await runChild(server.url, `heartbeat.start('x', { resumable: true }); process.exit(1);`).ended;
    expect(seen(server)).toEqual(['x start', 'x log']);
    expect(server.pings.at(-1)?.message).toBe('interrupted: process-exit');
  });

  it('tells an open run as failed at the natural end of the process', async () => {
    await runChild(server.url, `heartbeat.start('x');`).ended;
    expect(seen(server)).toEqual(['x start', 'x fail process-exit']);
  });

  it('tells the run that a thrown exception ends as failed, and the process dies of it as before', async () => {
    const script = `setTimeout(() => { throw new Error('boom'); }, 5); await heartbeat.run('x', () => new Promise(() => setInterval(() => {}, 1000)));`;
    const { code, stderr } = await runChild(server.url, script, `{ captureErrors: 'message' }`)
      .ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Error: boom');
    expect(seen(server)).toEqual(['x start', 'x fail uncaught-exception']);
    expect(server.pings.at(-1)?.message).toContain('boom');
  });

  it('tells the run that an unhandled rejection ends as failed', async () => {
    const script = `const run = heartbeat.start('x'); setInterval(() => {}, 1000); setTimeout(() => void Promise.reject(new Error('boom')), 5);`;
    const { code, stderr } = await runChild(server.url, script).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('boom');
    expect(seen(server)).toEqual(['x start', 'x fail uncaught-exception']);
  });

  it('keeps a rejection of a monitored job an unhandled one', async () => {
    const { code, stderr } = await runChild(
      server.url,
      `heartbeat.wrap('x', async () => { throw new Error('boom'); })();`,
    ).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('boom');
    expect(seen(server)).toEqual(['x start', 'x fail']);
  });

  it('does not blame an exception that the host handled for a later exit', async () => {
    const script = `process.on('uncaughtException', () => setTimeout(() => process.exit(4), 20)); heartbeat.start('x'); setTimeout(() => { throw new Error('boom'); }, 5);`;
    const { code } = await runChild(server.url, script).ended;
    expect(code).toBe(4);
    expect(seen(server)).toEqual(['x start', 'x fail process-exit']);
  });

  it('leaves SIGTERM alone: the process dies of it at once', async () => {
    const child = runChild(
      server.url,
      `await heartbeat.ping('x'); setInterval(() => {}, 1000); console.log('ready');`,
    );
    await child.printed('ready');
    child.process.kill('SIGTERM');
    expect((await child.ended).signal).toBe('SIGTERM');
  });

  it('flushes on SIGTERM when asked to, and dies of the same signal', async () => {
    const script = `setInterval(() => {}, 1000); heartbeat.on('ping-queued', () => console.log('ready')); heartbeat.ping('x');`;
    const child = runChild(
      server.url,
      `process.stdin.once('data', () => { heartbeat.ping('late'); process.kill(process.pid, 'SIGTERM'); }); ${script}`,
      '{ signals: true }',
    );
    await child.printed('ready');
    child.process.stdin?.write('go\n');
    expect((await child.ended).signal).toBe('SIGTERM');
    expect(seen(server).toSorted()).toEqual(['late success', 'x success']);
  });

  it('leaves the process to a host that handles SIGTERM itself', async () => {
    const script = `setInterval(() => {}, 1000); process.on('SIGTERM', async () => { await heartbeat.close(); process.exit(7); }); heartbeat.start('x'); console.log('ready');`;
    const child = runChild(server.url, script, '{ signals: true }');
    await child.printed('ready');
    child.process.kill('SIGTERM');
    expect((await child.ended).code).toBe(7);
    expect(server.pings[0]).toMatchObject({ key: 'x', state: 'start' });
  });

  it('can tell nothing after SIGKILL: only the start arrived', async () => {
    const child = runChild(server.url, `heartbeat.start('x'); setInterval(() => {}, 1000);`);
    await server.until(({ pings }) => pings.length === 1, patienceMs);
    child.process.kill('SIGKILL');
    expect((await child.ended).signal).toBe('SIGKILL');
    expect(seen(server)).toEqual(['x start']);
  });

  it('lets each worker thread tell its own runs when it exits', async () => {
    const inWorker = `
      import { register } from 'tsx/esm/api';
      register();
      import('@lubdub/core').then(async ({ createHeartbeat }) => {
        const { lubdub } = await import('@lubdub/core/providers/lubdub');
        const heartbeat = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }), exitBudgetMs: 60_000 });
        await heartbeat.run('in-worker', async () => 1);
        heartbeat.start('open');
        process.exit(0);
      });`;
    const script = `
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true });
      await new Promise((resolve) => worker.on('exit', resolve));
      await heartbeat.ping('main');`;
    const { code, stderr } = await runChild(server.url, script).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(seen(server).toSorted()).toEqual([
      'in-worker start',
      'in-worker success',
      'main success',
      'open fail process-exit',
      'open start',
    ]);
  });

  it('delivers after the process was frozen and thawed', async () => {
    const script = `const run = heartbeat.start('x'); console.log('ready'); process.stdin.once('data', () => { run.success(); process.stdin.unref(); });`;
    const child = runChild(server.url, script);
    await child.printed('ready');
    await server.until(({ pings }) => pings.length === 1, patienceMs);
    child.process.kill('SIGSTOP');
    child.process.stdin?.write('go\n');
    child.process.kill('SIGCONT');
    await server.until(({ pings }) => pings.length === 2, patienceMs);
    expect(seen(server)).toEqual(['x start', 'x success']);
    child.process.kill('SIGKILL');
    await child.ended;
  });

  it('holds the process no longer than the budget when the monitor hangs', async () => {
    server.misbehave(() => true);
    const { code } = await runChild(
      server.url,
      `await heartbeat.run('x', async () => 1); heartbeat.stats();`,
      '{ exitBudgetMs: 300, timeoutMs: 120_000 }',
    ).ended;
    expect(code).toBe(0);
  });

  it('lets a script go on that awaits a ping while the monitor hangs', async () => {
    server.misbehave(() => true);
    const script = `const { status } = await heartbeat.ping('x'); console.log('went on', status);`;
    const { code, stdout } = await runChild(server.url, script, '{ exitBudgetMs: 200 }').ended;
    expect(code).toBe(0);
    expect(stdout).toContain('went on unreachable');
  });

  it('is not held by an interval beat', async () => {
    const { code } = await runChild(
      server.url,
      `heartbeat.every('alive', { intervalMs: 600_000 });`,
    ).ended;
    expect(code).toBe(0);
    expect(seen(server)).toEqual(['alive success']);
  });

  it('delivers a thousand runs that are pending at process.exit(), each counted', async () => {
    await runChild(
      server.url,
      `const job = heartbeat.wrap('x', async () => {}); for (let i = 0; i < 1000; i += 1) await job(); process.exit(0);`,
    ).ended;
    const told = server.distinct
      .filter(({ state }) => state === 'success')
      .reduce((sum, { count = 1 }) => sum + count, 0);
    expect(told).toBe(1_000);
  });
});
