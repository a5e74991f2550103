import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import type { HeartbeatOptions } from '../index.ts';
import { interpretStatus, type ProviderBatch } from '../providers/provider.ts';
import { failWith, respond } from '../testing/index.ts';

const batch: ProviderBatch = {
  maxPings: 4,
  maxBytes: 100_000,
  toRequest: (pings) => ({
    method: 'POST',
    url: 'https://plain.example/batch',
    body: JSON.stringify(pings.map(({ key, state }) => `${key} ${state}`)),
  }),
  interpret: (response, pings) => pings.map(() => interpretStatus(response, true)),
};
const batching = (
  changes: Partial<ProviderBatch> = {},
  options: Partial<HeartbeatOptions> = {},
) => {
  const engine = createEngine({
    provider: plainProvider({ clientTimestamp: true }, { batch: { ...batch, ...changes } }),
    retry: { baseMs: 1_000 },
    ...options,
  });
  return {
    ...engine,
    log: (key: string, message?: string) =>
      engine.heartbeat.start(key, { sendStart: false }).log(message ?? key),
    batches: () =>
      engine.transport.requests.map(({ body = '[]' }) =>
        (JSON.parse(body) as string[]).map((one) => one.split(' ')[0]),
      ),
  };
};

describe('a service that takes batches', () => {
  it('gets as many as it takes in one, and the rest in the next', async () => {
    const { log, batches, clock } = batching();
    for (const key of ['a', 'b', 'c', 'd', 'e']) log(key);
    await clock.settle();
    expect(batches()).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  });

  it('gets no more bytes in one than it takes; what is larger than that goes alone', async () => {
    const { log, batches, clock } = batching({ maxBytes: 3_000 });
    log('small');
    log('large', 'x'.repeat(5_000));
    log('little');
    log('tiny');
    await clock.settle();
    expect(batches().map((keys) => keys.join('+'))).toEqual(['small', 'large', 'little+tiny']);
  });

  it('gets half as many when it says that it was too much, until it has taken one well', async () => {
    const { log, batches, clock, transport, heartbeat } = batching({}, { concurrency: 1 });
    transport.answerWith((_request, index) => respond(index < 2 ? 413 : 200));
    for (const key of ['a', 'b', 'c', 'd']) log(key);
    await clock.advance(60_000);
    expect(batches().map(({ length }) => length)).toEqual([4, 2, 1, 2, 1]);
    expect(heartbeat.stats().providers[0]).toMatchObject({ outcomes: { accepted: 4 }, pending: 0 });
  });

  it('gets one that is too much even alone once, and its refusal is its outcome', async () => {
    const { log, batches, clock, transport, heartbeat } = batching();
    transport.answerWith(() => respond(413));
    log('a');
    await clock.advance(60_000);
    expect(batches()).toEqual([['a']]);
    expect(heartbeat.stats().providers[0]).toMatchObject({ outcomes: { rejected: 1 }, pending: 0 });
  });

  it('is left alone between two for as long as it asks', async () => {
    const { log, batches, clock } = batching({ minIntervalMs: 2_000 });
    log('a');
    await clock.settle();
    log('b');
    await clock.advance(1_999);
    expect(batches()).toEqual([['a']]);
    await clock.advance(1);
    expect(batches()).toEqual([['a'], ['b']]);
  });

  it('gets a ping after a moment for company, and at once when there is enough of it', async () => {
    const { log, batches, clock } = batching({ lingerMs: 20 });
    log('a');
    await clock.advance(19);
    expect(batches()).toEqual([]);
    await clock.advance(1);
    expect(batches()).toEqual([['a']]);
    for (const key of ['b', 'c', 'd', 'e']) log(key);
    await clock.settle();
    expect(batches()[1]).toEqual(['b', 'c', 'd', 'e']);
  });

  it('is not told what has become stale beside what has not, where it has no time of its own', async () => {
    const { heartbeat, batches, clock, transport } = batching(
      {},
      { provider: plainProvider({}, { batch }) },
    );
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).fail();
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(600_000);
    const before = transport.requests.length;
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    expect(batches().slice(before)).toEqual([['a']]);
    expect(transport.requests.at(-1)?.body).toBe('["a fail"]');
    expect(heartbeat.stats().providers[0]).toMatchObject({
      outcomes: { accepted: 1, dropped: 1 },
      dropped: { stale: 1 },
    });
  });

  it('that says no to one of them is asked again for that one only', async () => {
    const { log, batches, clock } = batching(
      {
        interpret: (_response, pings) =>
          pings.map(({ key }) =>
            key === 'b' ? { status: 'unreachable', reason: 'busy' } : { status: 'accepted' },
          ),
      },
      { retry: { baseMs: 10, maxAttempts: 2 } },
    );
    for (const key of ['a', 'b', 'c']) log(key);
    await clock.advance(60_000);
    expect(batches()).toEqual([['a', 'b', 'c'], ['b']]);
  });
});

describe('a retry', () => {
  it('is told, with its reason', async () => {
    const { log, clock, transport, heartbeat } = batching();
    const told: unknown[] = [];
    heartbeat.on('ping-retried', ({ ping, reason, attempts }) =>
      told.push([ping.key, reason, attempts]),
    );
    transport.answerWith((_request, index) => (index === 0 ? failWith('reset') : respond(200)));
    log('a');
    await clock.advance(10_000);
    expect(told).toEqual([['a', 'reset', 1]]);
  });
});

describe('a monitor that may be pinged so often only', () => {
  const limited = (clientTimestamp: boolean) =>
    createEngine({
      provider: plainProvider({
        clientTimestamp,
        rateLimits: [{ count: 2, windowMs: 60_000, per: 'monitor' }],
      }),
    });

  it.each([true, false])(
    'has what waits merged into one with its count (client time: %s)',
    async (time) => {
      const { heartbeat, clock, told } = limited(time);
      for (let run = 0; run < 6; run += 1) heartbeat.start('busy', { sendStart: false }).success();
      await clock.advance(60_000);
      await clock.advance(60_000);
      expect(told().reduce((sum, { count }) => sum + count, 0)).toBe(6);
      expect(told()).toHaveLength(3);
    },
  );

  it('holds no other monitor up', async () => {
    const { heartbeat, clock, words } = limited(true);
    for (let run = 0; run < 4; run += 1) heartbeat.start('busy', { sendStart: false }).success();
    heartbeat.start('calm', { sendStart: false }).success();
    await clock.settle();
    expect(words().toSorted()).toEqual(['busy success', 'busy success', 'calm success']);
  });
});

describe('a deadline', () => {
  it('that passes in the queue drops the ping unsent', async () => {
    const { heartbeat, clock, transport } = createEngine({ concurrency: 1 });
    transport.answerWith(() => undefined);
    void heartbeat.ping('first');
    await clock.settle();
    const outcome = heartbeat.ping('second', { deadlineMs: 1_000 });
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({
      status: 'dropped',
      providers: [{ reason: 'deadline', attempts: 0 }],
    });
    transport.release(respond(200));
    await clock.settle();
    expect(transport.requests).toHaveLength(1);
  });
});
