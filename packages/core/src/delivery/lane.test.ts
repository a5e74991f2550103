import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { interpretStatus, type ProviderBatch } from '../providers/provider.ts';
import { failWith, respond } from '../testing/index.ts';

const lane = (engine: ReturnType<typeof createEngine>) => engine.heartbeat.stats().providers[0];
const lingering: ProviderBatch = {
  maxPings: 3,
  maxBytes: 100_000,
  lingerMs: 20,
  toRequest: (pings) => ({
    method: 'POST',
    url: 'https://plain.example/batch',
    body: JSON.stringify(pings.map(({ key, state }) => `${key} ${state}`)),
  }),
  interpret: (response, pings) => pings.map(() => interpretStatus(response, true)),
};
const lingeringEngine = () =>
  createEngine({ provider: plainProvider({ clientTimestamp: true }, { batch: lingering }) });

describe('a ping that somebody awaits', () => {
  it('ends as unreachable at its deadline when it was tried before, and is not tried again', async () => {
    const engine = createEngine({ retry: { baseMs: 10_000 } });
    engine.transport.answerWith(() => failWith('reset'));
    const outcome = engine.heartbeat.ping('a', { deadlineMs: 60_000 });
    await engine.clock.advance(60_000);
    const { status, providers } = await outcome;
    expect(status).toBe('unreachable');
    const attempts = providers[0]?.attempts ?? 0;
    expect(attempts).toBeGreaterThan(0);
    await engine.clock.advance(600_000);
    expect(engine.transport.requests).toHaveLength(attempts);
    expect(lane(engine)).toMatchObject({ requests: attempts, pending: 0 });
  });

  it('is given up at once when its next attempt would come after its deadline', async () => {
    const engine = createEngine();
    engine.transport.answerWith(() => respond(503, '', { 'retry-after': '3600' }));
    const outcome = engine.heartbeat.ping('a', { deadlineMs: 3_000_000 });
    await engine.clock.advance(1);
    expect(await outcome).toMatchObject({
      status: 'unreachable',
      providers: [{ reason: 'http-503', attempts: 1 }],
    });
  });

  it('does not end before its deadline while it is on the wire', async () => {
    const engine = createEngine();
    engine.transport.answerWith(() => undefined);
    const outcome = engine.heartbeat.ping('a', { deadlineMs: 60_000 });
    await engine.clock.advance(59_999);
    engine.transport.release(respond(200));
    await engine.clock.settle();
    expect(await outcome).toMatchObject({ status: 'accepted' });
  });
});

describe('what waits for company', () => {
  it('is no ping that somebody awaits, and no fail', async () => {
    const awaited = lingeringEngine();
    void awaited.heartbeat.ping('a');
    await awaited.clock.settle();
    expect(awaited.transport.requests).toHaveLength(1);
    const failed = lingeringEngine();
    failed.heartbeat.start('a', { sendStart: false }).fail();
    await failed.clock.settle();
    expect(failed.transport.requests).toHaveLength(1);
  });

  it('leaves together, at the time of the first', async () => {
    const { heartbeat, clock, transport } = lingeringEngine();
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(15);
    heartbeat.start('b', { sendStart: false }).success();
    await clock.advance(4);
    expect(transport.requests).toHaveLength(0);
    await clock.advance(1);
    expect(transport.requests.map(({ body }) => body)).toEqual(['["a success","b success"]']);
  });
});

describe('a service whose ids must be asked for', () => {
  it('is asked once, and gets what waited as soon as it has answered', async () => {
    const provider = plainProvider(
      {},
      {
        resolve: {
          ttlMs: 60_000,
          needed: () => true,
          toRequest: (key) => ({ method: 'GET', url: `https://plain.example/resolve/${key}` }),
          interpret: ({ body }) => ({ status: 'resolved', target: body }),
        },
        toRequest: (ping, { target }) => ({
          method: 'POST',
          url: `https://plain.example/${target}/${ping.state}`,
          body: '{}',
        }),
      },
    );
    const { heartbeat, clock, transport } = createEngine({ provider });
    transport.answerWith(({ url }) => respond(200, url.includes('/resolve/') ? 'id-1' : ''));
    heartbeat.run('a', () => 1);
    heartbeat.start('b', { sendStart: false }).success();
    await clock.settle();
    expect(transport.requests.map(({ url }) => url.replace('https://plain.example/', ''))).toEqual([
      'resolve/a',
      'resolve/b',
      'id-1/start',
      'id-1/success',
      'id-1/success',
    ]);
  });
});

describe('a service that is down', () => {
  it('is told as such with the time until it is asked again, and as back when it answers', async () => {
    const { heartbeat, clock, transport } = createEngine({
      retry: { baseMs: 1 },
      breaker: { failures: 2, baseMs: 10_000, maxMs: 10_000 },
    });
    const told: string[] = [];
    let retryInMs = 0;
    heartbeat.on('breaker-opened', (event) => {
      told.push('opened');
      ({ retryInMs } = event);
    });
    heartbeat.on('breaker-closed', () => told.push('closed'));
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(1_000);
    expect(told).toEqual(['opened']);
    expect(retryInMs).toBeGreaterThanOrEqual(5_000);
    expect(retryInMs).toBeLessThanOrEqual(10_000);
    expect(transport.requests).toHaveLength(2);
    transport.answerWith(() => respond(200));
    await clock.advance(10_000);
    expect(told).toEqual(['opened', 'closed']);
    expect(transport.requests).toHaveLength(3);
  });
});

describe('closing', () => {
  it('drops what is left, told as closed, and rings no more', async () => {
    const engine = createEngine();
    engine.transport.answerWith(() => failWith('refused'));
    const dropped: unknown[] = [];
    engine.heartbeat.on('ping-dropped', ({ ping, outcome }) =>
      dropped.push([ping.key, outcome.reason]),
    );
    engine.heartbeat.start('a', { sendStart: false }).fail();
    await engine.clock.advance(10);
    const closed = engine.heartbeat.close(100);
    await engine.clock.advance(100);
    await closed;
    const sent = engine.transport.requests.length;
    await engine.clock.advance(600_000);
    expect(engine.transport.requests).toHaveLength(sent);
    expect(dropped).toEqual([['a', 'closed']]);
    expect(lane(engine)?.pending).toBe(0);
  });

  it('waits for what is on the wire', async () => {
    const engine = createEngine();
    engine.transport.answerWith(() => undefined);
    engine.heartbeat.start('a', { sendStart: false }).success();
    await engine.clock.settle();
    let done = false;
    const closed = engine.heartbeat.close(10_000).then(() => (done = true));
    await engine.clock.settle();
    expect(done).toBe(false);
    engine.transport.release(respond(200));
    await engine.clock.settle();
    await closed;
    expect(lane(engine)?.outcomes).toEqual({ accepted: 1 });
  });
});
