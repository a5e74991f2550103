import { channel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import type { Provider } from '../providers/provider.ts';
import { failWith, respond } from '../testing/index.ts';

const named = (name: string, more: Partial<Provider> = {}, changes = {}): Provider =>
  plainProvider(changes, {
    name,
    origins: [`https://${name}.example`],
    toRequest: (ping, { environment }) => ({
      method: 'POST',
      url: `https://${name}.example/${ping.key}/${ping.state}`,
      body: String(environment),
    }),
    ...more,
  });

describe('a request', () => {
  it.each([
    ['the client’s own', { timeoutMs: 700 }, { defaultTimeoutMs: 30_000 }, 700],
    ['the provider’s', {}, { defaultTimeoutMs: 30_000 }, 30_000],
    ['five seconds', {}, {}, 5_000],
  ])('may take %s', async (_name, options, provider, timeoutMs) => {
    const { heartbeat, clock, transport } = createEngine({
      ...options,
      provider: named('one', provider),
    });
    heartbeat.start('a');
    await clock.settle();
    expect(transport.requests[0]?.timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['neither', {}, {}, false],
    ['the client', { network: { allowPrivateNetwork: true } }, {}, true],
    ['its provider', {}, { allowPrivateNetwork: true }, true],
  ])(
    'may go to a private network where %s allows it',
    async (_name, options, provider, allowed) => {
      const { heartbeat, clock, transport } = createEngine({
        ...options,
        provider: named('one', provider),
      });
      heartbeat.start('a');
      await clock.settle();
      expect(transport.requests[0]?.allowPrivateNetwork).toBe(allowed);
    },
  );

  it.each([
    [{ environment: 'staging' }, { environment: 'production' }, 'staging'],
    [{}, { environment: 'production' }, 'production'],
    [{}, {}, 'undefined'],
  ])('tells the environment of %j, else of %j', async (options, provider, expected) => {
    const { heartbeat, clock, transport } = createEngine({
      ...options,
      provider: named('one', provider),
    });
    heartbeat.start('a');
    await clock.settle();
    expect(transport.requests[0]?.body).toBe(expected);
  });
});

describe('two providers', () => {
  it('have their pings counted together while those wait', async () => {
    const { heartbeat, clock, transport } = createEngine({
      provider: [named('one'), named('two')],
    });
    transport.answerWith(() => undefined);
    heartbeat.start('a');
    heartbeat.start('b');
    expect(heartbeat.stats()).toMatchObject({ pending: 4, pings: 2 });
    await clock.settle();
    for (let index = 0; index < 4; index += 1) transport.release(respond(200));
    await clock.settle();
    expect(heartbeat.stats().pending).toBe(0);
  });

  it('of one service are left alone together when it is down', async () => {
    const same = { origins: ['https://one.example/base'] };
    const { heartbeat, clock, transport } = createEngine({
      provider: [named('one'), named('two', same), named('three')],
      breaker: { failures: 1, baseMs: 60_000, maxMs: 60_000 },
      retry: { maxAttempts: 1 },
    });
    const changes: unknown[] = [];
    heartbeat.on('breaker-opened', ({ origin }) => changes.push(['opened', origin]));
    heartbeat.on('breaker-closed', ({ origin }) => changes.push(['closed', origin]));
    transport.answerWith(({ url }) => (url.includes('three') ? respond(200) : failWith('refused')));
    heartbeat.start('a', { sendStart: false }).fail();
    await clock.settle();
    expect(heartbeat.stats().providers.map(({ breaker }) => breaker)).toEqual([
      'open',
      'open',
      'closed',
    ]);
    transport.answerWith(() => respond(200));
    heartbeat.start('a', { sendStart: false }).fail();
    await clock.advance(60_000);
    expect(changes).toEqual([
      ['opened', 'https://one.example'],
      ['closed', 'https://one.example'],
    ]);
  });

  it('each say whether they take a state, and a ping that none takes is dropped', async () => {
    const { heartbeat, clock } = createEngine({
      provider: [
        named('one', {}, { states: ['success'] }),
        named('two', {}, { states: ['success'] }),
      ],
    });
    const outcome = heartbeat.ping('a', { state: 'log' });
    await clock.settle();
    expect(await outcome).toMatchObject({
      status: 'dropped',
      providers: ['one', 'two'].map((provider) => ({
        ...{ provider, status: 'dropped', reason: 'unsupported', attempts: 0 },
      })),
    });
  });
});

describe('the outcome of a run', () => {
  it('is told afterwards as well as before, of each provider', async () => {
    const { heartbeat, clock, transport } = createEngine({
      provider: [named('one'), named('two', {}, { states: ['success'] })],
    });
    transport.answerWith(() => undefined);
    const run = heartbeat.start('a', { sendStart: false });
    run.fail();
    const early = run.delivered();
    await clock.settle();
    transport.release(respond(404));
    await clock.settle();
    const again = heartbeat.start('a', { sendStart: false });
    again.fail();
    await clock.settle();
    transport.release(respond(404));
    await clock.settle();
    const expected = {
      status: 'rejected',
      providers: expect.arrayContaining([
        expect.objectContaining({
          provider: 'one',
          status: 'rejected',
          httpStatus: 404,
          attempts: 1,
        }),
        expect.objectContaining({ provider: 'two', reason: 'unsupported', attempts: 0 }),
      ]) as unknown,
    };
    expect(await early).toMatchObject(expected);
    expect(await again.delivered()).toMatchObject(expected);
  });

  it('that ends after its client has closed is that it was dropped', async () => {
    const { heartbeat, clock } = createEngine();
    const [before, after] = [heartbeat.start('a'), heartbeat.start('b')];
    const awaited = before.delivered();
    const closing = heartbeat.close(0);
    await clock.advance(1);
    await closing;
    before.success();
    after.success();
    const dropped = { status: 'dropped', providers: [{ status: 'dropped', reason: 'closed' }] };
    expect(await awaited).toMatchObject(dropped);
    expect(await after.delivered()).toMatchObject(dropped);
  });
});

describe('whoever listens', () => {
  it('hears of each ping that is taken, and of what became of it', async () => {
    const { heartbeat, clock } = createEngine();
    const heard: string[] = [];
    heartbeat.on('ping-queued', ({ ping }) => heard.push(`queued ${ping.key} ${ping.state}`));
    heartbeat.on('ping-sent', ({ ping }) => heard.push(`sent ${ping.key} ${ping.state}`));
    heartbeat.start('a');
    expect(heard).toEqual(['queued a start']);
    await clock.settle();
    expect(heard).toEqual(['queued a start', 'sent a start']);
  });

  it('hears the same in the diagnostics channels of the process', async () => {
    const heard: unknown[] = [];
    const [pings, outcomes] = [channel('lubdub:ping'), channel('lubdub:outcome')];
    const onPing = (message: unknown): void => void heard.push(message);
    for (const one of [pings, outcomes]) one.subscribe(onPing);
    onTestFinished(() => {
      for (const one of [pings, outcomes]) one.unsubscribe(onPing);
    });
    const { heartbeat, clock } = createEngine();
    heartbeat.start('a');
    await clock.settle();
    expect(heard).toMatchObject([
      { ping: { key: 'a', state: 'start' } },
      { ping: { key: 'a', state: 'start' }, outcome: { status: 'accepted' } },
    ]);
  });
});

describe('a flush', () => {
  it('holds the process until all providers have everything', async () => {
    const { heartbeat, clock, transport } = createEngine({
      provider: [named('one'), named('two')],
    });
    transport.answerWith(() => undefined);
    heartbeat.start('a');
    await clock.settle();
    let result: unknown;
    const flushing = heartbeat.flush(10_000).then((flushed) => (result = flushed));
    await clock.settle();
    expect(clock.held).toBeGreaterThan(0);
    transport.release(respond(200));
    await clock.settle();
    expect(result).toBeUndefined();
    transport.release(respond(200));
    await clock.settle();
    await flushing;
    expect([result, clock.held]).toEqual([{ complete: true, pending: 0 }, 0]);
  });

  it('tells what is left when its time is over', async () => {
    const { heartbeat, clock, transport } = createEngine();
    transport.answerWith(() => undefined);
    heartbeat.start('a');
    const flushing = heartbeat.flush(10_000);
    await clock.advance(10_000);
    expect([await flushing, clock.held]).toEqual([{ complete: false, pending: 1 }, 0]);
  });

  it('of a client without providers has nothing to wait for', async () => {
    const { heartbeat } = createEngine({ provider: [] });
    expect(await heartbeat.flush(10_000)).toEqual({ complete: true, pending: 0 });
  });
});
