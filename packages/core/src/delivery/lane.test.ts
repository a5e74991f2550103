import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { interpretStatus, type Provider, type ProviderBatch } from '../providers/provider.ts';
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

  it('ends at its deadline while it is on the wire, whatever is answered afterwards', async () => {
    const engine = createEngine();
    engine.transport.answerWith(() => undefined);
    const outcome = engine.heartbeat.ping('a', { deadlineMs: 1_000 });
    await engine.clock.advance(1_000);
    expect(await outcome).toMatchObject({
      status: 'unreachable',
      providers: [{ reason: 'deadline', attempts: 1 }],
    });
    engine.transport.release(respond(200));
    await engine.clock.settle();
    expect(lane(engine)).toMatchObject({ outcomes: { unreachable: 1 }, pending: 0 });
    void engine.heartbeat.ping('a');
    await engine.clock.settle();
    expect(engine.transport.requests).toHaveLength(2);
  });

  it('that finds the queue full of what matters more is told so at once, and only once', async () => {
    const engine = createEngine({ queue: { maxPings: 10 } });
    engine.transport.answerWith(() => undefined);
    for (let index = 0; index < 10; index += 1)
      engine.heartbeat.start(`job-${index}`, { sendStart: false }).fail();
    const outcome = engine.heartbeat.ping('c', { state: 'log', deadlineMs: 1_000 });
    await engine.clock.settle();
    expect(await outcome).toMatchObject({
      status: 'dropped',
      providers: [{ reason: 'queue-full' }],
    });
    await engine.clock.advance(60_000);
    expect(lane(engine)).toMatchObject({ outcomes: { dropped: 3 }, pending: 8 });
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

describe('a look-up of the id of a monitor', () => {
  const resolving = (): Provider =>
    plainProvider(
      {},
      {
        monitors: { a: {} },
        resolve: {
          ttlMs: 60_000,
          needed: () => true,
          toRequest: (key) => ({ method: 'GET', url: `https://plain.example/resolve/${key}` }),
          interpret: ({ status, body }) =>
            status === 200 ? { status: 'resolved', target: body } : { status: 'unreachable' },
        },
      },
    );

  it('is made once, whoever asks, and again only after its time', async () => {
    const { heartbeat, clock, transport } = createEngine({ provider: resolving() });
    transport.answerWith(({ url }) => respond(200, url.includes('/resolve/') ? 'id-1' : ''));
    const lookUps = (): number =>
      transport.requests.filter(({ url }) => url.includes('/resolve/')).length;
    heartbeat.run('a', () => 1);
    const verified = [heartbeat.verify(), heartbeat.verify(), heartbeat.ready()];
    await clock.settle();
    await Promise.all(verified);
    const again = heartbeat.verify();
    await clock.settle();
    expect([await again, lookUps()]).toEqual([[], 1]);
    await clock.advance(60_000);
    const late = heartbeat.verify();
    await clock.settle();
    await late;
    expect(lookUps()).toBe(2);
  });

  it('that is not answered is told by verify', async () => {
    const { heartbeat, clock, transport } = createEngine({ provider: resolving() });
    transport.answerWith(() => respond(500));
    const verified = heartbeat.verify();
    await clock.settle();
    expect(await verified).toEqual([
      { level: 'warning', provider: 'plain', key: 'a', message: 'the service could not be asked' },
    ]);
  });
});

describe('a provider of one’s own', () => {
  it.each([
    [
      'throws a text',
      () => {
        throw 'no'; // oxlint-disable-line no-throw-literal, typescript/only-throw-error -- a provider may
      },
      'unknown error',
    ],
    [
      'throws an error',
      () => {
        throw new Error('no region');
      },
      'no region',
    ],
    [
      'writes more than one line into a header',
      () => ({ method: 'GET', url: 'https://plain.example/', headers: { 'x-key': 'a\r\nb: c' } }),
      'control characters',
    ],
    [
      'writes more than one line into the URL',
      () => ({ method: 'GET', url: 'https://plain.example/\n' }),
      'control characters',
    ],
  ] satisfies [string, Provider['toRequest'], string][])(
    'that %s sends nothing, and its pings are rejected for good',
    async (_name, toRequest, said) => {
      const { heartbeat, clock, transport } = createEngine({
        provider: plainProvider({}, { toRequest }),
      });
      const outcome = heartbeat.ping('a');
      await clock.advance(600_000);
      expect(await outcome).toMatchObject({
        status: 'rejected',
        providers: [
          { reason: 'invalid', attempts: 1, error: { message: expect.stringContaining(said) } },
        ],
      });
      expect(transport.requests).toEqual([]);
    },
  );

  it('is believed in why an attempt is made again, by its status where it gives no reason', async () => {
    const { heartbeat, clock, transport } = createEngine({
      provider: plainProvider(
        {},
        { interpret: ({ status }) => ({ status: status === 200 ? 'accepted' : 'unreachable' }) },
      ),
    });
    const reasons: string[] = [];
    heartbeat.on('ping-retried', ({ reason }) => reasons.push(reason));
    transport.answerWith((_request, index) => respond(index === 0 ? 500 : 200));
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(60_000);
    expect(reasons).toEqual(['unreachable']);
  });

  it.each([
    [{ reason: 'plan', message: 'not in this plan' }, 'not in this plan'],
    [{ reason: 'plan' }, 'plan'],
    [{}, 'rejected'],
  ])('that finds the monitor misconfigured with %j is heard: %s', async (said, text) => {
    const { heartbeat, clock, warnings } = createEngine({
      provider: plainProvider(
        {},
        { interpret: () => ({ status: 'rejected', misconfigured: true, ...said }) },
      ),
    });
    const outcome = heartbeat.ping('a');
    const refused = outcome.catch((error: unknown) => error);
    await clock.settle();
    expect(await refused).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
    expect(warnings).toEqual([`Misconfigured: plain, monitor "a": ${text}`]);
  });

  it('may send anywhere, having no root', async () => {
    const { heartbeat, clock } = createEngine({ provider: plainProvider({}, { origins: [] }) });
    const outcome = heartbeat.ping('a');
    await clock.settle();
    expect(await outcome).toMatchObject({ status: 'accepted' });
  });
});

describe('a key that is itself the secret', () => {
  it('is shown as a stand-in, the same each time, and another for another key', async () => {
    const { heartbeat, clock } = createEngine({
      provider: plainProvider({}, { targetIsSecret: true }),
    });
    const shown: string[] = [];
    heartbeat.on('ping-sent', ({ ping }) => shown.push(ping.key));
    for (const key of ['token-1', 'token-1', 'token-2']) {
      heartbeat.start(key, { sendStart: false }).success();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await clock.settle();
    }
    expect(shown).toEqual(['key-9cd216b4', 'key-9cd216b4', 'key-9fd21b6d']);
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

describe('a request that cannot be made', () => {
  it('says nothing of the service: neither that it is down nor that it is back', async () => {
    const { heartbeat, clock, transport } = createEngine({
      retry: { maxAttempts: 1 },
      breaker: { failures: 2, baseMs: 10_000, maxMs: 10_000 },
      provider: plainProvider(
        {},
        {
          toRequest(ping) {
            if (ping.key === 'bad') throw new Error('no region');
            return { method: 'POST', url: `https://plain.example/${ping.key}` };
          },
        },
      ),
    });
    const told: string[] = [];
    heartbeat.on('breaker-opened', () => told.push('opened'));
    heartbeat.on('breaker-closed', () => told.push('closed'));
    transport.answerWith(() => failWith('refused'));
    const fail = async (key: string): Promise<void> => {
      heartbeat.start(key, { sendStart: false }).fail();
      await clock.settle();
    };
    for (const key of ['a', 'bad', 'bad', 'a']) await fail(key);
    expect(told).toEqual(['opened']);
    await fail('bad');
    await clock.advance(10_000);
    expect([told, transport.requests.length]).toEqual([['opened'], 2]);
    transport.answerWith(() => respond(200));
    await fail('a');
    expect(told).toEqual(['opened', 'closed']);
    expect(heartbeat.stats().providers[0]).toMatchObject({
      outcomes: { unreachable: 2, rejected: 3, accepted: 1 },
      pending: 0,
    });
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
