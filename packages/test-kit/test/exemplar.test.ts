import { getHeartbeat, heartbeatFromEnv, initHeartbeat, isLubdubError } from '@lubdub/core';
import { createHeartbeat } from '@lubdub/core';
import { exemplar } from '@lubdub/core/providers/exemplar';
import { createManualClock } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startExemplar } from '../src/receivers/index.ts';
import type { ExemplarReceiver } from '../src/receivers/index.ts';

const id = '69c3a0754e257b7d18094f9a';
let service: ExemplarReceiver;

beforeEach(async () => {
  service = await startExemplar({ apiKeys: ['token-1'], monitors: [id] });
});
afterEach(() => service.close());

const client = () =>
  createHeartbeat({
    provider: exemplar({
      apiKey: 'token-1',
      baseUrl: service.url,
      monitors: { 'nightly-backup': id },
    }),
    logger: { warn: () => undefined, error: () => undefined },
  });

describe('Exemplar', () => {
  it('is initialised once, handed out by an accessor, and a second time is an error', async () => {
    const provider = exemplar({ apiKey: 'token-1', baseUrl: service.url, monitorId: id });
    expect(() => getHeartbeat()).toThrow(/ERR_LUBDUB_NOT_INITIALIZED/u);
    const heartbeat = initHeartbeat({ provider });
    try {
      expect(getHeartbeat()).toBe(heartbeat);
      expect(() => initHeartbeat({ provider })).toThrow(/ERR_LUBDUB_ALREADY_INITIALIZED/u);
      expect((await getHeartbeat().ping('sync')).status).toBe('accepted');
    } finally {
      await heartbeat.close();
    }
  });

  it('gets one beat with the metadata of one ping', async () => {
    const heartbeat = client();
    const outcome = await heartbeat.ping('nightly-backup', {
      metadata: { host: 'worker-01', region: 'eu' },
    });
    await heartbeat.close();
    expect(outcome.status).toBe('accepted');
    expect(service.beats).toEqual([
      { monitorId: id, metadata: { host: 'worker-01', region: 'eu' } },
    ]);
  });

  it('gets no beat of a run that failed, and the job still throws its own error', async () => {
    const heartbeat = client();
    const error = new Error('disk full');
    await expect(heartbeat.run('nightly-backup', () => Promise.reject(error))).rejects.toBe(error);
    const outcome = await heartbeat.ping('nightly-backup', { state: 'fail' });
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({
      status: 'dropped',
      reason: 'unsupported',
      attempts: 0,
    });
    expect(service.requests).toEqual([]);
  });

  it('gets one beat of a run that succeeded, and none of its start', async () => {
    const heartbeat = client();
    await heartbeat.run('nightly-backup', () => Promise.resolve());
    await heartbeat.close();
    expect(service.beats).toHaveLength(1);
    expect(service.requests).toHaveLength(1);
  });

  it('beats at once and at every interval, until it is stopped', async () => {
    const clock = createManualClock();
    const heartbeat = createHeartbeat({
      provider: exemplar({ apiKey: 'token-1', baseUrl: service.url, monitorId: id }),
      clock,
    });
    const liveness = heartbeat.every('api');
    await clock.advance(0);
    await service.arrived(1);
    await clock.advance(60_000);
    await service.arrived(2);
    liveness.stop();
    await clock.advance(600_000);
    await heartbeat.close();
    expect(service.beats).toHaveLength(2);
  });

  it('is configured by EXEMPLAR_API_KEY and EXEMPLAR_MONITOR_ID', async () => {
    const env = {
      LUBDUB_PROVIDER: 'exemplar',
      EXEMPLAR_API_KEY: 'token-1',
      EXEMPLAR_MONITOR_ID: id,
      EXEMPLAR_BASE_URL: service.url,
    };
    const heartbeat = heartbeatFromEnv({ env });
    expect((await heartbeat.ping('whatever')).status).toBe('accepted');
    await heartbeat.close();
    expect(service.beats[0]?.monitorId).toBe(id);
  });

  it('asks for nothing under a key that is no monitor id, and says so', async () => {
    const heartbeat = client();
    const refused = await heartbeat.ping('sync').catch((error: unknown) => error);
    await heartbeat.close();
    expect(isLubdubError(refused, 'ERR_LUBDUB_MISCONFIGURED')).toBe(true);
    expect((refused as Error).message).toMatch(/24 hexadecimal digits/u);
    expect(service.requests).toEqual([]);
  });

  it('says that the token is wrong and keeps it out of the error', async () => {
    const provider = exemplar({ apiKey: 'hunter2-token', baseUrl: service.url, monitorId: id });
    const heartbeat = createHeartbeat({
      provider,
      logger: { warn: () => undefined, error: () => undefined },
    });
    const refused = await heartbeat.ping('sync').catch((error: unknown) => error);
    await heartbeat.close();
    expect(isLubdubError(refused, 'ERR_LUBDUB_MISCONFIGURED')).toBe(true);
    expect((refused as Error).message).not.toContain('hunter2');
  });
});
