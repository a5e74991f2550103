import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Outcome, PingSummary, Provider, ProviderOutcome, Transport } from '../src/index.ts';
import { failWith, respond } from '../src/testing/index.ts';
import { createEngine, plainProvider } from './support/engine.ts';

/** A service that knows the monitor `known` and no other, and is asked for its name first. */
const resolving = (): Provider =>
  plainProvider(
    {},
    {
      resolve: {
        needed: () => true,
        ttlMs: 60_000,
        toRequest: (key) => ({ method: 'GET', url: `https://plain.example/resolve/${key}` }),
        interpret: (response) =>
          response.status === 200
            ? { status: 'resolved', target: 'id' }
            : {
                status: 'misconfigured',
                reason: 'unknown-monitor',
                message: 'it knows no such monitor',
              },
      },
    },
  );

describe('a strict client', () => {
  const strict = () => {
    const engine = createEngine({ provider: resolving(), strict: true });
    engine.transport.answerWith(({ url }) => respond(url.endsWith('/wrong') ? 404 : 200));
    return engine;
  };

  it('asks the service before the first run, and rejects without running the job when it is wrong', async () => {
    const { heartbeat, clock } = strict();
    const job = vi.fn<() => Promise<number>>(async () => 42);
    const result = heartbeat.run('wrong', job);
    const caught = result.catch((error: unknown) => error);
    await clock.settle();
    expect(await caught).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
    expect(job).not.toHaveBeenCalled();
    const wrapped = heartbeat.wrap('wrong', job);
    expect(() => wrapped()).toThrow('it knows no such monitor');
  });

  it('runs the job once the service knows the monitor, wrapped or not', async () => {
    const { heartbeat, clock, words } = strict();
    const job = heartbeat.wrap('right', async (value: number) => value * 2);
    const result = job(21);
    await clock.settle();
    expect(await result).toBe(42);
    await clock.settle();
    expect(words().slice(1)).toEqual(['right start', 'right success']);
    // The answer is known now: nothing is waited for any more.
    expect(heartbeat.run('right', () => 'at once')).toBe('at once');
  });

  it('runs the job again when the monitor was made meanwhile', async () => {
    for (const again of ['in time', 'at once']) {
      const { heartbeat, clock, transport, warnings } = strict();
      const failing = heartbeat.run('wrong', async () => 1).catch((error: unknown) => error);
      // oxlint-disable-next-line no-await-in-loop -- one client after the other
      await clock.settle();
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect(await failing).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
      transport.answerWith(() => respond(200));
      if (again === 'in time')
        // oxlint-disable-next-line no-await-in-loop -- the same
        await clock.advance(60_000);
      else heartbeat.clearCache('wrong');
      const result = heartbeat.run('wrong', async () => 42);
      // oxlint-disable-next-line no-await-in-loop -- the same
      await clock.settle();
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect(await result).toBe(42);
      // oxlint-disable-next-line no-await-in-loop -- the same
      await heartbeat.ready();
      expect(warnings).toHaveLength(1);
    }
  });

  it('never throws for an outage', async () => {
    const { heartbeat, clock, transport } = strict();
    transport.answerWith(() => failWith('refused'));
    const result = heartbeat.run('right', async () => 42);
    await clock.advance(10);
    expect(await result).toBe(42);
  });

  it('that is not strict runs the job at once and reports the mistake once', async () => {
    const { heartbeat, clock, transport, warnings } = createEngine({ provider: resolving() });
    transport.answerWith(() => respond(404));
    const told: unknown[] = [];
    heartbeat.on('misconfigured', (event) => told.push(event));
    expect(heartbeat.run('wrong', () => 1)).toBe(1);
    expect(heartbeat.run('wrong', () => 2)).toBe(2);
    await clock.settle();
    expect([told.length, warnings.length]).toEqual([1, 1]);
    await expect(heartbeat.ready()).rejects.toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
  });
});

describe('what only the service could know', () => {
  it('is over when the service accepts, and is warned of once', async () => {
    const provider = plainProvider(
      {},
      {
        interpret: ({ status }) =>
          status === 200
            ? { status: 'accepted' }
            : { status: 'rejected', message: 'a wrong secret', misconfigured: true },
      },
    );
    const { heartbeat, clock, transport, warnings } = createEngine({ provider });
    const ping = async (status: number): Promise<unknown> => {
      transport.answerWith(() => respond(status));
      const told = heartbeat.ping('job').catch((error: unknown) => error);
      await clock.settle();
      return told;
    };
    expect(await ping(401)).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
    expect(await ping(200)).toMatchObject({ status: 'accepted' });
    await expect(heartbeat.ready()).resolves.toBeUndefined();
    expect(await ping(401)).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
    await expect(heartbeat.ready()).rejects.toThrow(/a wrong secret/u);
    expect(warnings).toHaveLength(1);
  });
});

describe('a key that the provider can never take', () => {
  it('stays wrong when the client is told to forget', async () => {
    const provider = plainProvider({}, { checkMonitor: () => 'a UUID' });
    const { heartbeat, clock, warnings } = createEngine({ provider });
    for (let round = 0; round < 2; round += 1) {
      const told = heartbeat.ping('job').catch((error: unknown) => error);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await clock.settle();
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect(await told).toMatchObject({ code: 'ERR_LUBDUB_MISCONFIGURED' });
      heartbeat.clearCache();
    }
    expect(warnings).toHaveLength(1);
  });
});

describe('the outcome of a run', () => {
  it('can be asked for before the end, after it, and after the delivery', async () => {
    const { heartbeat, clock } = createEngine();
    const before = heartbeat.start('a');
    const early = before.delivered();
    before.success();
    const after = heartbeat.start('b');
    after.fail();
    const late = after.delivered();
    const last = heartbeat.start('c');
    last.success();
    await clock.settle();
    const latest = last.delivered();
    expect((await Promise.all([early, late, latest])).map((outcome) => outcome?.status)).toEqual([
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect(await last.delivered()).toBe(await latest);
  });

  it('is undefined where there is no terminal', async () => {
    const { heartbeat } = createEngine();
    const run = heartbeat.start('a');
    run.skip();
    expect(await run.delivered()).toBeUndefined();
  });

  it('says what a provider could not take, and each of several providers', async () => {
    const { heartbeat, clock } = createEngine({
      provider: [
        plainProvider(),
        plainProvider({ states: ['start', 'success'] }, { name: 'no-fail' }),
      ],
    });
    const run = heartbeat.start('a');
    run.fail();
    await clock.settle();
    const { status, providers } = (await run.delivered()) as Outcome;
    expect(status).toBe('accepted');
    expect(providers.map(({ provider, reason }) => [provider, reason])).toEqual([
      ['plain', undefined],
      ['no-fail', 'unsupported'],
    ]);
  });

  it('is told as ping-settled, once for each ping that somebody waits for', async () => {
    const { heartbeat, clock } = createEngine();
    const settled: string[] = [];
    heartbeat.on('ping-settled', ({ ping, outcome }) =>
      settled.push(`${ping.key} ${outcome.status}`),
    );
    void heartbeat.ping('a');
    void heartbeat.run('b', async () => 1, { settle: 'await' });
    void heartbeat.run('c', async () => 1);
    await clock.advance(10);
    expect(settled).toEqual(['a accepted', 'b accepted']);
  });
});

describe('waiting', () => {
  it('for the delivery holds a thenable as it holds a promise, whichever way it ends', async () => {
    const { heartbeat, clock, transport } = createEngine();
    transport.answerWith(() => undefined);
    const options = { settle: 'await', settleBudgetMs: 500 } as const;
    const query = (error?: Error) => ({
      // oxlint-disable-next-line unicorn/no-thenable -- query builders are such objects
      then(resolve: (value: number) => void, reject: (error: Error) => void) {
        if (error === undefined) resolve(42);
        else reject(error);
      },
    });
    const ended: unknown[] = [];
    const failure = new Error('no');
    void (async () => ended.push(await heartbeat.run('a', () => query(), options)))();
    void (async () => {
      try {
        await heartbeat.run('b', () => query(failure), options);
      } catch (error) {
        ended.push(error);
      }
    })();
    await clock.advance(499);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual([42, failure]);
  });

  it('for an outcome leaves no timer behind', async () => {
    const { heartbeat, clock } = createEngine();
    const outcome = heartbeat.ping('a');
    await clock.settle();
    expect((await outcome).status).toBe('accepted');
    expect(clock.timers).toBe(0);
  });

  it('for an answer lasts as long as the provider says, or the user', async () => {
    const slow = plainProvider({}, { defaultTimeoutMs: 30_000 });
    const timeouts = async (more: object): Promise<readonly number[]> => {
      const { heartbeat, clock, transport } = createEngine({
        provider: [slow, plainProvider()],
        ...more,
      });
      heartbeat.start('a');
      await clock.settle();
      return transport.requests.map(({ timeoutMs }) => timeoutMs);
    };
    expect(await timeouts({})).toEqual([30_000, 5_000]);
    expect(await timeouts({ timeoutMs: 700 })).toEqual([700, 700]);
  });
});

describe('a closed client', () => {
  it('drops pings as closed, counted, and says why', async () => {
    const { heartbeat, clock, transport, warnings } = createEngine();
    const open = heartbeat.start('open');
    await clock.settle();
    const closing = heartbeat.close();
    await clock.advance(10);
    expect(await closing).toEqual({ complete: true, pending: 0 });
    const sent = transport.requests.length;
    const { status, providers } = await heartbeat.ping('late');
    expect([status, providers[0]?.reason]).toEqual(['dropped', 'closed']);
    open.success();
    expect((await open.delivered())?.providers[0]?.reason).toBe('closed');
    expect(heartbeat.run('late', () => 42)).toBe(42);
    await clock.advance(1_000);
    expect(transport.requests.length).toBe(sent);
    expect(heartbeat.stats().providers[0]?.dropped).toEqual({ closed: 2 });
    expect(warnings.join()).toContain('ERR_LUBDUB_CLOSED');
  });

  it('was closed within its deadline while the service hangs, twice if need be', async () => {
    const { heartbeat, clock, transport } = createEngine();
    transport.answerWith(() => undefined);
    heartbeat.run('a', () => undefined);
    const results: unknown[] = [];
    void heartbeat.close(500).then((result) => results.push(result));
    void heartbeat.close(500).then((result) => results.push(result));
    await clock.advance(499);
    expect(results).toEqual([]);
    await clock.advance(1);
    expect(results).toHaveLength(2);
    expect(heartbeat.stats()).toMatchObject({ pending: 0 });
  });

  it('sent its open windows first', async () => {
    const { heartbeat, clock, told } = createEngine({ provider: plainProvider({ count: true }) });
    const job = heartbeat.wrap('hot', () => 1, { coalesce: { windowMs: 60_000 } });
    for (let index = 0; index < 50; index += 1) job();
    const closing = heartbeat.close();
    await clock.advance(10);
    await closing;
    expect(told().map(({ state, count }) => [state, count])).toEqual([['success', 50]]);
  });
});

describe('what others do wrong', () => {
  const broken: readonly (readonly [string, Partial<Provider>])[] = [
    [
      'a toRequest that throws',
      {
        toRequest: () => {
          throw new Error('no');
        },
      },
    ],
    ['a toRequest that returns nothing', { toRequest: () => undefined as never }],
    [
      'an interpret that throws',
      {
        interpret: () => {
          throw new Error('no');
        },
      },
    ],
    ['an interpret that returns nothing', { interpret: () => undefined as never }],
    [
      'a batch that is interpreted as nothing',
      {
        batch: {
          maxPings: 5,
          maxBytes: 9_999,
          toRequest: () => ({ method: 'POST', url: 'https://plain.example/' }),
          interpret: () => [],
        },
      },
    ],
    [
      'a look-up that throws',
      {
        resolve: {
          needed: () => true,
          ttlMs: 1,
          toRequest: () => ({ method: 'GET', url: 'https://plain.example/' }),
          interpret: () => {
            throw new Error('no');
          },
        },
      },
    ],
  ];

  it.each(broken)('%s ends in an outcome and in no crash', async (_name, more) => {
    const { heartbeat, clock } = createEngine({
      provider: plainProvider({}, more),
      retry: { maxAttempts: 2 },
    });
    const outcome = heartbeat.ping('a');
    await clock.advance(60_000);
    expect(['rejected', 'unreachable', 'dropped']).toContain((await outcome).status);
  });

  const transports: readonly (readonly [string, Transport['send']])[] = [
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['answers at once', (_request, done) => done(respond(200))],
    [
      'answers twice',
      (_request, done) =>
        queueMicrotask(() => {
          done(respond(200));
          done(respond(500));
        }),
    ],
  ];

  it.each(transports)('a transport that %s ends in one outcome', async (_name, send) => {
    const { heartbeat, clock } = createEngine({
      transport: { name: 'broken', send, close: () => undefined },
      retry: { maxAttempts: 2 },
    });
    const outcomes: ProviderOutcome[] = [];
    for (const name of ['ping-sent', 'ping-failed'] as const)
      heartbeat.on(name, ({ outcome }) => outcomes.push(outcome));
    void heartbeat.ping('a');
    await clock.advance(60_000);
    expect(outcomes).toHaveLength(1);
    expect(heartbeat.stats().pending).toBe(0);
  });
});

describe('a wall clock that jumps', () => {
  it('changes no duration, no order and no watchdog', async () => {
    const { heartbeat, clock, told } = createEngine();
    const run = heartbeat.start('a', { maxDurationMs: 10_000 });
    await clock.advance(5_000);
    clock.jumpWall(-86_400_000);
    await clock.advance(1_000);
    run.success();
    await clock.settle();
    expect(told().map(({ state }) => state)).toEqual(['start', 'success']);
    expect(told()[1]?.duration).toBe(6_000);
  });
});

describe('keys made up for every run', () => {
  it('leave nothing behind', async () => {
    const { heartbeat, clock } = createEngine();
    const count = 12_000;
    let most = 0;
    for (let index = 0; index < count; index += 1) {
      heartbeat.run(`key-${index}`, () => undefined, { coalesce: { windowMs: 3_600_000 } });
      most = Math.max(most, clock.timers);
      if (index % 500 === 0) {
        // oxlint-disable-next-line no-await-in-loop -- what was sent settles in between
        await clock.settle();
      }
    }
    expect(most).toBeLessThan(1_100);
    const flushed = heartbeat.flush();
    await clock.advance(1_000);
    await flushed;
    expect(heartbeat.stats().providers[0]?.outcomes.accepted).toBe(count);
  });
});

describe('diagnostics channels', () => {
  const pings: unknown[] = [];
  const outcomes: unknown[] = [];
  const onPing = (message: unknown): unknown => pings.push(message);
  const onOutcome = (message: unknown): unknown => outcomes.push(message);
  afterEach(() => {
    unsubscribe('lubdub:ping', onPing);
    unsubscribe('lubdub:outcome', onOutcome);
  });

  it('carry every ping and every outcome', async () => {
    subscribe('lubdub:ping', onPing);
    subscribe('lubdub:outcome', onOutcome);
    const { heartbeat, clock } = createEngine();
    const run = heartbeat.start('nightly');
    run.success();
    await clock.settle();
    const told = pings.map((message) => (message as { ping: PingSummary }).ping);
    expect(told.map(({ key, state, runId }) => [key, state, runId])).toEqual([
      ['nightly', 'start', run.id],
      ['nightly', 'success', run.id],
    ]);
    expect(
      outcomes.map((message) => (message as { outcome: ProviderOutcome }).outcome.status),
    ).toEqual(['accepted', 'accepted']);
    expect(outcomes.map((message) => (message as { ping: PingSummary }).ping.id)).toEqual(
      told.map(({ id }) => id),
    );
  });
});

describe('where OpenTelemetry is present', () => {
  const api = Symbol.for('opentelemetry.js.api.1');
  const globals = globalThis as Record<symbol, unknown>;
  afterEach(() => {
    delete globals[api];
  });

  const install = (): { readonly suppressed: boolean[] } => {
    type Context = {
      getValue(key: symbol): unknown;
      setValue(key: symbol, value: unknown): Context;
    };
    const contextOf = (values: ReadonlyMap<symbol, unknown>): Context => ({
      getValue: (key) => values.get(key),
      setValue: (key, value) => contextOf(new Map([...values, [key, value]])),
    });
    const span = { spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c' }) };
    let active = contextOf(new Map([[Symbol.for('OpenTelemetry Context Key SPAN'), span]]));
    const suppressed: boolean[] = [];
    globals[api] = {
      context: {
        active: () => active,
        with: (context: Context, call: () => unknown) => {
          const before = active;
          active = context;
          suppressed.push(
            context.getValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')) === true,
          );
          try {
            return call();
          } finally {
            active = before;
          }
        },
      },
    };
    return { suppressed };
  };

  it('the trace id goes along and our own requests are not traced', async () => {
    const { suppressed } = install();
    const metadata: (string | undefined)[] = [];
    const { heartbeat, clock, transport } = createEngine({
      provider: plainProvider(
        {},
        {
          toRequest: (ping) => {
            metadata.push(ping.metadataJson);
            return { method: 'POST', url: 'https://plain.example/' };
          },
        },
      ),
    });
    heartbeat.run('a', () => undefined);
    await clock.settle();
    expect(metadata).toEqual(Array(2).fill('{"traceId":"0af7651916cd43dd8448eb211c80319c"}'));
    expect(suppressed).toEqual([true, true]);
    expect(transport.requests).toHaveLength(2);
  });

  it('a broken copy of it changes nothing', async () => {
    globals[api] = {
      context: {
        active: () => {
          throw new Error('no');
        },
      },
    };
    const { heartbeat, clock, words } = createEngine();
    heartbeat.run('a', () => undefined);
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });
});
