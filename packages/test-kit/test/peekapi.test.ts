import { createHeartbeat } from '@lubdub/core';
import type { HeartbeatOptions } from '@lubdub/core';
import { peekapi } from '@lubdub/core/providers/peekapi';
import type { PeekapiOptions } from '@lubdub/core/providers/peekapi';
import { createManualClock } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPeekapi } from '../src/receivers/index.ts';
import type { PeekapiReceiver } from '../src/receivers/index.ts';

let service: PeekapiReceiver;

beforeEach(async () => {
  service = await startPeekapi({ apiKey: 'ak_live_1' });
});
afterEach(() => service.close());

const client = (options: Partial<PeekapiOptions> = {}, more: Partial<HeartbeatOptions> = {}) =>
  createHeartbeat({
    provider: peekapi({ apiKey: 'ak_live_1', baseUrl: service.url, ...options }),
    logger: { warn: () => undefined, error: () => undefined },
    // The default folder is shared: what one test leaves there would go to the service of the next.
    spool: false,
    ...more,
  });
const event = (path = '/orders') => ({
  method: 'GET',
  path,
  statusCode: 200,
  responseTimeMs: 12.5,
});

describe('PeekAPI', () => {
  it('gets what was tracked when the time of a batch is over', async () => {
    const clock = createManualClock();
    const heartbeat = client({}, { clock });
    heartbeat.track(event('/a'));
    heartbeat.track(event('/b'));
    await clock.advance(9_999);
    expect(service.requests).toHaveLength(0);
    await clock.advance(1);
    await service.arrived(1);
    expect(service.batches).toEqual([2]);
    expect(service.events.map(({ path }) => path)).toEqual(['/a', '/b']);
    const closed = heartbeat.close(0);
    await clock.advance(10);
    await closed;
  });

  it('gets a batch as soon as it is full', async () => {
    const heartbeat = client();
    for (let index = 0; index < 250; index += 1) heartbeat.track(event(`/${index}`));
    await service.arrived(2);
    await heartbeat.close();
    expect(service.events).toHaveLength(250);
    expect(Math.max(...service.batches)).toBeLessThanOrEqual(100);
    expect(new Set(service.events.map(({ path }) => path)).size).toBe(250);
  });

  it('gets what is left when the client closes', async () => {
    const heartbeat = client();
    heartbeat.track(event());
    const { complete } = await heartbeat.close();
    expect(complete).toBe(true);
    expect(service.events).toHaveLength(1);
  });

  it('gets every event within its limits, whatever was tracked', async () => {
    const heartbeat = client();
    heartbeat.track({
      ...event('p'.repeat(5_000)),
      method: 'M'.repeat(50),
      consumerId: 'c'.repeat(500),
    });
    heartbeat.track({ ...event('/large'), metadata: { body: 'x'.repeat(70_000) } });
    heartbeat.track({ ...event('/bad'), timestampMs: Number.NaN });
    await heartbeat.close();
    expect(service.batches).toEqual([2]);
    expect(service.events[1]).toMatchObject({ path: '/large' });
    expect(service.events[1]).not.toHaveProperty('metadata');
  });

  for (const status of [429, 500, 502, 503, 504]) {
    it(`gets the same events again, once, after a ${status}`, async () => {
      let refusals = 1;
      service.override = () => (refusals-- > 0 ? { status } : undefined);
      const heartbeat = client({}, { retry: { baseMs: 1, maxMs: 2 } });
      heartbeat.track(event('/a'));
      heartbeat.track(event('/b'));
      void heartbeat.flush(3_000);
      await service.arrived(2);
      await heartbeat.close();
      expect(service.events.map(({ path }) => path)).toEqual(['/a', '/b']);
    });
  }

  it('does not get again what it will never accept', async () => {
    service.override = () => ({ status: 401 });
    const heartbeat = client({}, { retry: { baseMs: 1, maxMs: 2 } });
    heartbeat.track(event());
    const { complete } = await heartbeat.close();
    expect(complete).toBe(true);
    expect(service.requests).toHaveLength(1);
  });

  it('is told of once, without the key, when it refuses the key', async () => {
    const warnings: string[] = [];
    const told: unknown[] = [];
    const heartbeat = client(
      { apiKey: 'ak_wrong_1', maxEvents: 1 },
      {
        spool: false,
        logger: { warn: (message) => warnings.push(message), error: () => undefined },
      },
    );
    heartbeat.on('misconfigured', (wrong) => told.push(wrong));
    for (const path of ['/a', '/b']) heartbeat.track(event(path));
    await heartbeat.flush();
    expect(service.requests).toHaveLength(2);
    expect(warnings).toEqual([expect.stringMatching(/peekapi.*refused the secret/u)]);
    expect(JSON.stringify([warnings, told])).not.toContain('ak_wrong_1');
    expect(told).toHaveLength(1);
    expect(heartbeat.stats().providers[0]?.events).toEqual({
      sent: 0,
      dropped: 2,
      spooled: 0,
      pending: 0,
    });
    await expect(heartbeat.ready()).rejects.toThrow(/peekapi/u);
    await heartbeat.close();
  });

  it('is forgotten beyond the bound and never stops the request', async () => {
    service.override = () => ({ status: 503 });
    const heartbeat = client({ maxBufferedEvents: 50 }, { retry: { baseMs: 60_000 } });
    for (let index = 0; index < 1_000; index += 1) heartbeat.track(event(`/${index}`));
    const { pending } = await heartbeat.close(50);
    expect(pending).toBe(50);
  });

  it('gets consumers hashed when asked', async () => {
    const heartbeat = client({ consumerId: 'hash' });
    heartbeat.track({ ...event(), consumerId: 'key-of-a-customer' });
    await heartbeat.close();
    expect(service.events[0]?.['consumer_id']).toMatch(/^hash_[0-9a-f]{12}$/u);
  });

  it('gets no pings', async () => {
    const heartbeat = client();
    const outcome = await heartbeat.ping('sync');
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({ status: 'dropped', reason: 'unsupported' });
    expect(service.requests).toEqual([]);
  });
});
