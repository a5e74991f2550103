import { createHeartbeat, systemClock } from '@lubdub/core';
import type { HeartbeatClient, HeartbeatOptions } from '@lubdub/core';
import { exemplar } from '@lubdub/core/providers/exemplar';
import { healthchecks } from '@lubdub/core/providers/healthchecks';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { opshift } from '@lubdub/core/providers/opshift';
import { peekapi } from '@lubdub/core/providers/peekapi';
import { steadycron } from '@lubdub/core/providers/steadycron';
import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { adminKey, bearer, dialectFixture } from './dialect-fixture.ts';
import { postJson, useMonitor } from './running-monitor.ts';

const fixture = useMonitor();
const { createKey, job, pingsOf } = dialectFixture(fixture);
const secret = '0123456789abcdef'.repeat(4);

const start = (): Promise<RunningMonitor> =>
  fixture.start({ adminKey, opshiftSecrets: [secret], monitors: { job: {} } });

const using = async <Result>(
  provider: HeartbeatOptions['provider'],
  work: (heartbeat: HeartbeatClient) => Promise<Result>,
): Promise<Result> => {
  const heartbeat = createHeartbeat<{ monitors: string }>({
    provider,
    environment: 'production',
    host: 'worker-01',
    // The default folder is shared with every other test of this machine.
    spool: false,
  });
  try {
    return await work(heartbeat);
  } finally {
    await heartbeat.close();
  }
};

const failingRun = (heartbeat: HeartbeatClient): Promise<unknown> =>
  heartbeat.run('job', (run) => {
    run.set({ rows: 42 });
    return Promise.reject(new Error('disk full'));
  });

describe('our own providers against our own monitor', () => {
  it('lubdub: a run with all that it holds, one accepted ping and an upsert', async () => {
    const monitor = await start();
    const provider = lubdub({
      baseUrl: monitor.url,
      apiKey: adminKey,
      upsert: true,
      monitors: { report: { schedule: '30 2 * * *', timezone: 'Europe/Berlin', graceMs: 600_000 } },
    });
    await using(provider, async (heartbeat) => {
      await heartbeat.flush(60_000);
      await expect(failingRun(heartbeat)).rejects.toThrow('disk full');
      expect(
        (await heartbeat.ping('report', { metrics: { rows: 7 }, groupKey: 'db' })).status,
      ).toBe('accepted');
      const unknown = await heartbeat.ping('nobody').catch((error: unknown) => error);
      expect(String(unknown)).toMatch(/ERR_LUBDUB_MISCONFIGURED/u);
    });
    const pings = await pingsOf(monitor);
    expect(pings.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['start', 'fail', 'success']),
    );
    const [started, failed] = ['start', 'fail'].map((state) =>
      pings.find((ping) => ping.state === state),
    );
    expect(failed).toMatchObject({
      environment: 'production',
      host: 'worker-01',
      runId: started?.runId,
    });
    expect(pings.find(({ state }) => state === 'success')).toMatchObject({
      metrics: { rows: 7 },
      groupKey: 'db',
    });
    expect(await monitor.store.getMonitor('report', fixture.clock.wallMs())).toMatchObject({
      schedule: { kind: 'cron', expression: '30 2 * * *', timezone: 'Europe/Berlin' },
      graceMs: 600_000,
    });
  });

  it('lubdub: a client whose clock is an hour behind', async () => {
    const monitor = await start();
    const provider = lubdub({ baseUrl: monitor.url, apiKey: adminKey });
    const behind = { ...systemClock, wallMs: () => fixture.clock.wallMs() - 3_600_000 };
    const client = createHeartbeat<{ monitors: string }>({ provider, clock: behind });
    expect((await client.ping('job')).status).toBe('accepted');
    await client.close();
    expect(await pingsOf(monitor)).toMatchObject([{ timestampMs: fixture.clock.wallMs() }]);
  });

  it('exemplar: a beat with metadata', async () => {
    const monitor = await start();
    const { id } = await job(monitor);
    const apiKey = await createKey(monitor, 'ping');
    const outcome = await using(
      exemplar({ baseUrl: monitor.url, apiKey, monitorId: id }),
      (heartbeat) => heartbeat.ping('whatever', { metadata: { region: 'eu' } }),
    );
    expect(outcome.status).toBe('accepted');
    expect(await pingsOf(monitor)).toMatchObject([
      { state: 'success', metadata: { region: 'eu' } },
    ]);
  });

  it('steadycron: a looked-up run under one run id', async () => {
    const monitor = await start();
    const apiKey = await createKey(monitor, 'read');
    const provider = steadycron({ apiKey, apiUrl: monitor.url, pingUrl: monitor.url });
    await using(provider, async (heartbeat) => {
      await expect(failingRun(heartbeat)).rejects.toThrow('disk full');
    });
    const pings = await pingsOf(monitor);
    // The monitor's clock stands still, so that it cannot tell which came first.
    expect(pings.map(({ state }) => state).toSorted()).toEqual(['fail', 'start']);
    expect(pings.map(({ environment }) => environment)).toEqual(['production', 'production']);
    expect(new Set(pings.map(({ runId }) => runId)).size).toBe(1);
  });

  it('opshift: signed pings and an alert', async () => {
    const monitor = await start();
    const source = `${monitor.url}/api/v1/alert-sources/deploys`;
    const made = await postJson(source, { minSeverity: 'sev4' }, bearer(adminKey), 'PUT');
    const { token } = (await made.json()) as { token: string };
    const { pingToken } = await job(monitor);
    const provider = opshift({
      baseUrl: monitor.url,
      secret,
      monitors: { job: pingToken },
      alerts: { deploys: token },
    });
    await using(provider, async (heartbeat) => {
      const down = await heartbeat.ping('job', {
        state: 'fail',
        message: 'db',
        groupKey: 'g',
        metadata: { a: 1 },
      });
      expect(down.providers[0]).toMatchObject({
        status: 'accepted',
        response: { pingStatus: 'down' },
      });
      const { results } = await heartbeat.alert('deploys', {
        title: 'Deploy failed',
        groupKey: 'api',
      });
      expect(results).toMatchObject([{ status: 'created', occurrenceCount: 1 }]);
      const again = await heartbeat.alert('deploys', { title: 'Again', groupKey: 'api' });
      expect(again.results).toMatchObject([{ status: 'occurrence-added', occurrenceCount: 2 }]);
    });
    expect(await pingsOf(monitor)).toMatchObject([
      { state: 'fail', message: 'db', groupKey: 'g', metadata: { a: 1 } },
    ]);
  });

  it('peekapi: tracked requests', async () => {
    const monitor = await start();
    const provider = peekapi({ baseUrl: monitor.url, apiKey: await createKey(monitor, 'ping') });
    const nowMs = fixture.clock.wallMs();
    await using(provider, async (heartbeat) => {
      for (const statusCode of [200, 500]) {
        heartbeat.track({
          method: 'GET',
          path: '/orders',
          statusCode,
          responseTimeMs: 12.5,
          timestampMs: nowMs,
        });
      }
      expect(await heartbeat.flush(60_000)).toEqual({ complete: true, pending: 0 });
    });
    const analytics = await monitor.store.analyzeRequests(nowMs - 3_600_000, nowMs + 1);
    expect(analytics.total).toMatchObject({ count: 2, errors: 1 });
  });

  it('healthchecks: UUIDs and slugs, and what the body of a 200 says', async () => {
    const monitor = await start();
    const { pingToken } = await job(monitor);
    const unknown = '3f0a9d8e-6b1c-4f2d-9a7e-1c2b3d4e5f60';
    const byId = healthchecks({
      baseUrl: monitor.url,
      monitors: { job: pingToken, gone: unknown },
    });
    await using(byId, async (heartbeat) => {
      await expect(failingRun(heartbeat)).rejects.toThrow('disk full');
      const gone = await heartbeat.ping('gone').catch((error: unknown) => error);
      expect(String(gone)).toMatch(/knows no such check/u);
    });
    const pingKey = await createKey(monitor, 'ping');
    const bySlug = healthchecks({ baseUrl: monitor.url, pingKey });
    expect(
      (await using(bySlug, (heartbeat) => heartbeat.ping('job', { exitCode: 3 }))).status,
    ).toBe('accepted');
    const states = (await pingsOf(monitor)).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['fail', 'fail', 'start']);
  });
});
