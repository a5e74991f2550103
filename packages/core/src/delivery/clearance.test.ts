import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { PingRecord } from '../ping/record.ts';
import type { PingState } from '../ping/ping.ts';
import type { ProviderBatch, RateLimit, Resolution } from '../providers/provider.ts';
import { createManualClock, failWith, respond } from '../testing/index.ts';
import { ChainQueue, defaultQueue } from './chain-queue.ts';
import { Clearance } from './clearance.ts';
import { TargetStore } from './targets.ts';

const windowMs = 60_000;

const clearing = (...rateLimits: readonly RateLimit[]) => {
  const provider = plainProvider({ rateLimits });
  const queue = new ChainQueue(
    { ...defaultQueue },
    true,
    () => undefined,
    () => undefined,
  );
  const clock = createManualClock();
  const clearance = new Clearance({
    ...{ provider, clock, queue, successTtlMs: 300_000 },
    targets: new TargetStore(provider, () => undefined),
    lookUp: () => undefined,
  });
  const add = (key: string, state: PingState = 'log') => {
    const ping = new PingRecord(key, state, clock.wallMs(), {});
    return queue.add(ping, undefined, 0, 1e9);
  };
  /** A request leaves with a ping of each of these monitors. */
  const leave = (...keys: readonly string[]): void =>
    clearance.leaving(
      keys.map((key) => add(key)),
      0,
    );
  const ask = (key: string, joining = false, state: PingState = 'log') =>
    clearance.ask(add(key, state).chain, 0, joining);
  return { clearance, queue, leave, ask };
};

describe('a limit of the whole service', () => {
  const limit: RateLimit = { count: 2, windowMs, per: 'provider' };

  it('counts requests, whatever they carry, and holds every monitor up', () => {
    const { leave, ask } = clearing(limit);
    leave('a', 'b', 'c');
    expect(ask('a')).toBe('leave');
    leave('a');
    expect([ask('a'), ask('d')]).toEqual([{ waitMs: windowMs }, { waitMs: windowMs }]);
  });

  it('lets what joins a request go that was cleared already', () => {
    const { leave, ask } = clearing(limit);
    leave('a');
    leave('b');
    expect(ask('c', true)).toBe('leave');
  });

  it('is overruled by a longer wait that the service asked for', () => {
    const { leave, ask, clearance } = clearing(limit);
    clearance.blockUntil(500);
    clearance.blockUntil(100);
    expect(ask('a')).toEqual({ waitMs: 500 });
    leave('a');
    leave('a');
    expect(ask('a')).toEqual({ waitMs: windowMs });
  });
});

describe('a limit of each monitor', () => {
  const limit: RateLimit = { count: 2, windowMs, per: 'monitor' };

  it('counts its pings, and holds no other up', () => {
    const { leave, ask, queue } = clearing(limit);
    leave('a', 'a', 'b');
    expect([ask('a'), ask('b')]).toEqual(['later', 'leave']);
    expect([queue.nextDueMs, queue.chains.get('a')?.state]).toEqual([windowMs, 'limited']);
    leave('b');
    expect(ask('b', true)).toBe('later');
  });

  it('keeps its last place for a fail, where there are five', () => {
    const { leave, ask } = clearing({ ...limit, count: 5 });
    leave('a', 'a', 'a', 'a');
    expect([ask('a'), ask('a', false, 'fail')]).toEqual(['later', 'leave']);
  });

  it('is remembered for ten thousand monitors, and does not grow beyond', () => {
    const { leave, ask } = clearing(limit);
    leave('first', 'first');
    for (let index = 1; index < 10_000; index += 1) leave(`job-${index}`);
    expect(ask('first')).toBe('later');
    leave('one-more');
    expect(ask('first')).toBe('leave');
  });
});

describe('a monitor that the service does not know', () => {
  it('has its pings dropped, with that reason', async () => {
    const resolution: Resolution = {
      ...{ status: 'misconfigured', reason: 'unknown', message: 'there is none' },
    };
    const { heartbeat, clock } = createEngine({
      provider: plainProvider(
        {},
        {
          resolve: {
            ttlMs: 60_000,
            needed: () => true,
            toRequest: () => ({ method: 'GET', url: 'https://plain.example/resolve' }),
            interpret: () => resolution,
          },
        },
      ),
    });
    heartbeat.run('a', () => 1);
    heartbeat.run('a', () => 1);
    await clock.settle();
    expect(heartbeat.stats().providers[0]).toMatchObject({
      dropped: { misconfigured: 4 },
      pending: 0,
      requests: 0,
    });
  });
});

describe('the start of a run that has ended', () => {
  it('goes along again in a batch, where alone it would be dropped', async () => {
    const batch: ProviderBatch = {
      maxPings: 10,
      maxBytes: 100_000,
      toRequest: (pings) => ({
        method: 'POST',
        url: 'https://plain.example/batch',
        body: pings.map(({ state }) => state).join('+'),
      }),
      interpret: (_response, pings) => pings.map(() => ({ status: 'accepted' })),
    };
    const { heartbeat, clock, transport } = createEngine({
      provider: plainProvider({ clientTimestamp: true }, { batch }),
    });
    transport.answerWith((_request, index) => (index === 0 ? failWith('reset') : respond(200)));
    heartbeat.run('a', () => 1);
    await clock.advance(60_000);
    expect(transport.requests.map(({ body }) => body)).toEqual(['start+success', 'start+success']);
  });
});
