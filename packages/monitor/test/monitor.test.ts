import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { MonitorOptions, RunningMonitor } from '../src/index.ts';
import { startMonitor } from '../src/index.ts';
import type { TestClock } from './manual-clock.ts';
import { createTestClock } from './manual-clock.ts';

const minute = 60_000;
let dataDir: string;
let clock: TestClock;
let running: RunningMonitor[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lubdub-monitor-'));
  clock = createTestClock();
  running = [];
});

afterEach(async () => {
  for (const monitor of running) await monitor.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = async (options: MonitorOptions = {}): Promise<RunningMonitor> => {
  const monitor = await startMonitor({ port: 0, dataDir, clock, ...options });
  running.push(monitor);
  return monitor;
};

const send = (monitor: RunningMonitor, pings: readonly object[]): Promise<Response> =>
  fetch(`${monitor.url}/api/v1/pings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pings }),
  });

const page = async (monitor: RunningMonitor, path: string): Promise<string> =>
  (await fetch(`${monitor.url}${path}`)).text();

describe('the monitor', () => {
  it('shows a job that beats as up, and as down with the reason once its beat stays out', async () => {
    const monitor = await start({
      monitors: { sync: { intervalMs: 5 * minute, graceMs: minute } },
    });
    const answer = await send(monitor, [
      { id: 'a1', key: 'sync', state: 'start', timestampMs: clock.wallMs(), runId: 'r1' },
      {
        id: 'a2',
        key: 'sync',
        state: 'success',
        timestampMs: clock.wallMs(),
        runId: 'r1',
        durationMs: 12,
      },
    ]);
    expect(await answer.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect((await monitor.store.getMonitor('sync', clock.wallMs()))?.state).toBe('up');

    await clock.advance(6 * minute - 1000);
    expect((await monitor.store.getMonitor('sync', clock.wallMs()))?.state).toBe('late');

    await clock.advance(2000);
    expect(await monitor.store.getMonitor('sync', clock.wallMs())).toMatchObject({
      state: 'down',
      health: 'down',
      error: 'no heartbeat received within 5 minutes + 1 minute',
    });
    expect(await page(monitor, '/')).toContain('no heartbeat received within 5 minutes + 1 minute');
    expect(await page(monitor, '/monitors/sync')).toContain('no heartbeat received within');
  });

  it('loses nothing over a restart, and takes the same ping id once', async () => {
    const first = await start({ monitors: { sync: { intervalMs: 5 * minute } } });
    const ping = {
      id: 'p1',
      key: 'sync',
      state: 'fail',
      timestampMs: clock.wallMs(),
      message: 'disk full',
    };
    await send(first, [ping]);
    await first.close();

    const second = await start();
    const again = await send(second, [ping]);
    expect(await again.json()).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    const monitor = await second.store.getMonitor('sync', clock.wallMs());
    expect(monitor).toMatchObject({ state: 'down', error: 'run failed: disk full' });
    const pings = await second.store.listPings({ monitorId: monitor?.id ?? '' });
    expect(pings.items.map((stored) => stored.id)).toEqual(['p1']);
    expect((await second.store.listFlips({})).items).toHaveLength(1);
  });

  it('tells onPing about each ping that is on disk', async () => {
    const seen: string[] = [];
    const monitor = await start({
      monitors: { sync: {} },
      onPing: (ping, key) => seen.push(`${key} ${ping.state}`),
    });
    await send(monitor, [{ id: 'a', key: 'sync', state: 'success' }]);
    expect(seen).toEqual(['sync success']);
  });

  it('names the port, the option and the variable when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({
      code: 'ERR_LUBDUB_PORT_TAKEN',
      message: expect.stringMatching(
        new RegExp(
          `^Port ${port} on 127\\.0\\.0\\.1 is taken .*"port" \\(--port\\) or the PORT variable\\.`,
        ),
      ) as string,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('names the folder that it cannot write to', async () => {
    await expect(start({ dataDir: '/dev/null/lubdub' })).rejects.toMatchObject({
      code: 'ERR_LUBDUB_DATA_DIR',
      message: expect.stringContaining('"/dev/null/lubdub"') as string,
    });
  });

  it.each([
    [
      { prot: 1 } as MonitorOptions,
      'ERR_LUBDUB_UNKNOWN_OPTION',
      'Option "prot" is not known; startMonitor takes port,',
    ],
    [
      { port: 70_000 },
      'ERR_LUBDUB_INVALID_OPTION',
      'Option "port" got 70000; it takes a whole number from 0 to 65535',
    ],
    [{ dataDir: '' }, 'ERR_LUBDUB_INVALID_OPTION', 'Option "dataDir" got ""; it takes a folder'],
    [{ host: '0.0.0.0' }, 'ERR_LUBDUB_ADMIN_KEY_REQUIRED', 'takes option "adminKey"'],
    [{ adminKey: 'short' }, 'ERR_LUBDUB_INVALID_OPTION', 'a secret of at least 16 characters'],
    [{ databaseUrl: 'mysql://x' }, 'ERR_LUBDUB_INVALID_OPTION', 'postgres://'],
    [
      { monitors: { x: { schedule: 'every day' } } },
      'ERR_LUBDUB_INVALID_OPTION',
      'a cron expression of five or six fields',
    ],
    [{ monitors: { 'a\nb': {} } }, 'ERR_LUBDUB_INVALID_OPTION', 'no control characters'],
  ])('refuses %j with a clear error', async (options, code, text) => {
    await expect(start(options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text) as string,
    });
  });
});
