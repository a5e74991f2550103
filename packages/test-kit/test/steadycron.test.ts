import { createHeartbeat, heartbeatFromEnv, isLubdubError } from '@lubdub/core';
import type { HeartbeatOptions } from '@lubdub/core';
import { steadycron } from '@lubdub/core/providers/steadycron';
import type { SteadycronOptions } from '@lubdub/core/providers/steadycron';
import { createManualClock } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSteadycron } from '../src/receivers/index.ts';
import type { SteadycronReceiver } from '../src/receivers/index.ts';

const apiKey = 'sc_ro_secret-1';
let service: SteadycronReceiver;
let log: string[];

beforeEach(async () => {
  log = [];
  service = await startSteadycron({
    apiKey,
    monitors: [
      { key: 'nightly-backup', token: 'tok-backup' },
      { key: 'twice', token: 'tok-a' },
      { key: 'twice', token: 'tok-b' },
      { key: 'page', token: 'tok-page', kind: 'http' },
    ],
  });
});
afterEach(() => service.close());

const client = (options: Partial<SteadycronOptions> = {}, more: Partial<HeartbeatOptions> = {}) => {
  const note = (message: string): void => {
    log.push(message);
  };
  return createHeartbeat({
    provider: steadycron({ apiKey, apiUrl: service.url, pingUrl: service.url, ...options }),
    logger: { warn: note, error: note },
    ...more,
  });
};

describe('SteadyCron', () => {
  it('gets start and success of a run under one run id, after one look-up', async () => {
    const heartbeat = client({}, { environment: 'production' });
    await heartbeat.run('nightly-backup', async () => {
      await service.arrived(2);
    });
    await heartbeat.close();
    expect(service.lookups).toEqual(['nightly-backup']);
    expect(
      service.pings.map(({ state, environment, token }) => [state, environment, token]),
    ).toEqual([
      ['start', 'production', 'tok-backup'],
      ['success', 'production', 'tok-backup'],
    ]);
    expect(service.pings[0]?.runId).toMatch(/^[0-9a-f]{32}$/u);
    expect(service.pings[1]?.runId).toBe(service.pings[0]?.runId);
  });

  it('gets a fail when an async job fails, without its text unless errors are captured', async () => {
    const fail = async (captureErrors: false | 'message') => {
      const heartbeat = client({}, { captureErrors });
      const error = new Error(`disk full ${'x'.repeat(2_000)}`);
      await expect(
        heartbeat.run('nightly-backup', async () => {
          await Promise.resolve();
          throw error;
        }),
      ).rejects.toBe(error);
      await heartbeat.close();
      return service.pings.at(-1);
    };
    expect(await fail(false)).toMatchObject({ state: 'fail', text: '' });
    const told = await fail('message');
    expect(told).toMatchObject({
      state: 'fail',
      text: expect.stringMatching(/^Error: disk full x+\.\.\.$/u) as string,
    });
    expect(Buffer.byteLength(told?.text ?? '')).toBeLessThanOrEqual(1_024);
    expect(service.pings.map(({ state }) => state)).not.toContain('success');
  });

  it('looks a key up once until the time is over or it is told to forget', async () => {
    const heartbeat = client();
    await heartbeat.ping('nightly-backup');
    await heartbeat.ping('nightly-backup');
    expect(service.lookups).toHaveLength(1);
    heartbeat.clearCache('nightly-backup');
    await heartbeat.ping('nightly-backup');
    heartbeat.clearCache();
    await heartbeat.ping('nightly-backup');
    await heartbeat.close();
    expect(service.lookups).toHaveLength(3);
  });

  it('looks a key up again when its time is over', async () => {
    const heartbeat = client({ resolveTtlMs: 1 });
    const statuses = new Set<string>();
    while (service.lookups.length < 2)
      statuses.add((await heartbeat.ping('nightly-backup')).status);
    await heartbeat.close();
    expect([...statuses]).toEqual(['accepted']);
  });

  it('needs no look-up and no API key for a token that is given', async () => {
    const provider = steadycron({ pingUrl: service.url, monitors: { backup: 'tok-backup' } });
    const heartbeat = createHeartbeat({ provider });
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    await heartbeat.close();
    expect(service.lookups).toEqual([]);
  });

  for (const [key, why] of [
    ['nobody', /no monitor "nobody"/u],
    ['twice', /several monitors/u],
    ['page', /kind "http"/u],
  ] as const) {
    it(`raises a typed error on the first use of ${key}, and runs the job`, async () => {
      const heartbeat = client();
      const error = await heartbeat.ping(key).catch((thrown: unknown) => thrown);
      expect(isLubdubError(error, 'ERR_LUBDUB_MISCONFIGURED')).toBe(true);
      expect((error as Error).message).toMatch(why);
      expect(heartbeat.run(key, () => 42)).toBe(42);
      await heartbeat.close();
      expect(service.pings).toEqual([]);
      expect(log.filter((line) => why.test(line))).toHaveLength(1);
    });
  }

  for (const down of [{ status: 503 }, { status: 429 }, 'reset', 'hang'] as const) {
    it(`runs the job at once while look-ups end in ${JSON.stringify(down)}`, async () => {
      service.apiDown = down;
      const heartbeat = client({}, { timeoutMs: 50 });
      expect(heartbeat.run('nightly-backup', () => 'done')).toBe('done');
      await service.arrived(1);
      await heartbeat.close(0);
      expect(log.join('\n')).not.toMatch(/misconfigured/iu);
    });
  }

  it('answers ready and verify while look-ups fail, instead of waiting for them', async () => {
    service.apiDown = { status: 503 };
    const heartbeat = client(
      { monitors: { 'nightly-backup': { graceMs: 60_000 } } },
      // It stands still, so a look-up that failed is not due again.
      { clock: createManualClock() },
    );
    await expect(heartbeat.ready()).resolves.toBeUndefined();
    const findings = await heartbeat.verify();
    await heartbeat.close(0);
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        key: 'nightly-backup',
        message: 'the service could not be asked',
      }),
    );
    expect(service.lookups).toHaveLength(1);
  });

  it('never writes a token, the key or an address into the log or an error', async () => {
    service.pingDown = { status: 404 };
    const heartbeat = client();
    const error = await heartbeat.ping('nightly-backup').catch((thrown: unknown) => thrown);
    await heartbeat.close();
    const shown = `${log.join('\n')}${String(error)}${(error as Error).stack ?? ''}`;
    expect(log.length).toBeGreaterThan(0);
    for (const secret of ['tok-backup', 'sc_ro_secret-1', service.url])
      expect(shown).not.toContain(secret);
  });

  it('is configured by its environment variables', async () => {
    const env = {
      LUBDUB_PROVIDER: 'steadycron',
      STEADYCRON_API_KEY: apiKey,
      STEADYCRON_API_URL: service.url,
      STEADYCRON_PING_URL: service.url,
      STEADYCRON_ENVIRONMENT: 'staging',
    };
    const heartbeat = heartbeatFromEnv({ env });
    await heartbeat.ping('nightly-backup');
    await heartbeat.close();
    expect(service.pings[0]).toMatchObject({ token: 'tok-backup', environment: 'staging' });
  });
});
