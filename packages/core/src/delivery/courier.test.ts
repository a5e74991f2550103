import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { PingRecord } from '../ping/record.ts';
import { createRedactor } from '../ping/redact.ts';
import type { Provider, RequestContext, Resolution, SecretSource } from '../providers/provider.ts';
import {
  createManualClock,
  createRecordingTransport,
  failWith,
  respond,
} from '../testing/index.ts';
import type { Transport } from '../transport/transport.ts';
import { Chain, Entry } from './entry.ts';
import { Courier } from './courier.ts';
import type { Attempt } from './reading.ts';
import { defaultRetry } from './retry.ts';
import { SecretStore } from './secrets.ts';

interface Given {
  readonly provider?: Partial<Provider>;
  readonly transport?: Partial<Transport>;
  readonly secret?: SecretSource;
}

const setUp = ({ provider: more = {}, transport: changes, secret }: Given = {}) => {
  const clock = createManualClock();
  const transport = createRecordingTransport();
  const heard: string[] = [];
  const contexts: RequestContext[] = [];
  const provider = plainProvider(
    {},
    {
      ...(secret === undefined ? {} : { secrets: { token: secret } }),
      toRequest(ping, context) {
        contexts.push(context);
        return { method: 'POST', url: `https://plain.example/${ping.key}` };
      },
      ...more,
    },
  );
  const courier = new Courier({
    provider,
    transport: changes === undefined ? transport : { ...transport, ...changes },
    clock,
    secrets: new SecretStore(provider, createRedactor(), () => ''),
    around: { environment: 'test', host: 'here', instance: 'i-1', userAgent: 'lubdub/1' },
    retry: defaultRetry,
    timeoutMs: 5_000,
    allowPrivateNetwork: true,
    onMisconfigured: (key, message) => heard.push(`${key} misconfigured: ${message}`),
    onAccepted: (key) => heard.push(`${key} accepted`),
  });
  const attempts: Attempt[] = [];
  const carry = (...keys: readonly string[]): void =>
    courier.carry(
      keys.map(
        (key) =>
          new Entry(
            new PingRecord(key, 'success', clock.wallMs(), {}),
            new Chain(key, key),
            undefined,
            0,
            1e9,
          ),
      ),
      (attempt) => attempts.push(attempt),
    );
  const outcomes = (): string[] =>
    attempts.flatMap(({ settlements }) =>
      settlements.map(
        ({ settlement }) => `${settlement.status} ${settlement.error?.message ?? ''}`,
      ),
    );
  return { clock, transport, courier, heard, contexts, attempts, carry, outcomes };
};

describe('an attempt', () => {
  it('carries the ping with who sends it, and is read once', async () => {
    const { carry, transport, attempts, clock, contexts, heard } = setUp({
      secret: 'a-long-secret',
    });
    carry('backup');
    await clock.settle();
    expect(transport.requests).toEqual([
      {
        method: 'POST',
        url: 'https://plain.example/backup',
        headers: { 'user-agent': 'lubdub/1' },
        body: undefined,
        timeoutMs: 5_000,
        allowPrivateNetwork: true,
      },
    ]);
    expect(contexts).toMatchObject([
      {
        ...{ environment: 'test', host: 'here', instance: 'i-1', userAgent: 'lubdub/1' },
        ...{ target: 'backup', secrets: { token: 'a-long-secret' }, sentMs: clock.wallMs() },
      },
    ]);
    expect([attempts.length, heard]).toEqual([1, ['backup accepted']]);
  });

  it('may name itself otherwise, and waits for a secret that is promised', async () => {
    const { carry, transport, clock } = setUp({
      secret: () => Promise.resolve('a-long-secret'),
      provider: {
        toRequest: (_ping, { secrets }) => ({
          method: 'GET',
          url: 'https://plain.example/',
          headers: { 'user-agent': 'mine', 'x-token': secrets['token'] as string },
        }),
      },
    });
    carry('backup');
    await clock.settle();
    expect(transport.requests[0]?.headers).toEqual({
      'user-agent': 'mine',
      'x-token': 'a-long-secret',
    });
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('no vault');
      },
    ],
    ['is promised and broken', () => Promise.reject(new Error('no vault'))],
  ])('is tried again later where its secret %s', async (_name, secret) => {
    const { carry, transport, clock, attempts, outcomes } = setUp({ secret });
    carry('backup');
    expect(attempts).toEqual([]);
    await clock.settle();
    expect(outcomes()[0]).toMatch(/^unreachable The secret .* could not be read: no vault/u);
    expect(attempts[0]?.settlements[0]).toMatchObject({
      retryable: true,
      settlement: { reason: 'secret-unavailable' },
    });
    expect(transport.requests).toEqual([]);
  });

  it('outlives a transport that throws, or answers twice', async () => {
    const broken = setUp({
      transport: {
        send() {
          throw new Error('no');
        },
      },
    });
    broken.carry('backup');
    expect(broken.attempts).toEqual([]);
    await broken.clock.settle();
    expect(broken.outcomes()).toEqual(['unreachable the transport threw']);
    const twice = setUp({
      transport: {
        send(_request, done) {
          done(respond(200));
          done(respond(500));
        },
      },
    });
    twice.carry('backup');
    await twice.clock.settle();
    expect(twice.outcomes()).toEqual(['accepted ']);
  });

  it('asks once for the context of each monitor in a batch', async () => {
    const targets: string[] = [];
    const { carry, clock } = setUp({
      provider: {
        batch: {
          maxPings: 10,
          maxBytes: 1e6,
          toRequest(pings, contextOf) {
            const contexts = pings.map((ping) => contextOf(ping));
            targets.push(...contexts.map(({ target }) => target));
            expect(contexts[2]).toBe(contexts[0]);
            return { method: 'POST', url: 'https://plain.example/' };
          },
          interpret: (_response, pings) => pings.map(() => ({ status: 'accepted' })),
        },
      },
    });
    carry('a', 'b', 'a');
    await clock.settle();
    expect(targets).toEqual(['a', 'b', 'a']);
  });
});

describe('the answer of a child at the end of the process', () => {
  it.each([
    [{ status: 200, headers: {}, body: '' }, 'accepted', undefined],
    [{ status: 404, headers: {}, body: '' }, 'rejected', 'the service answered 404'],
    [{ status: 0, headers: {}, body: '' }, 'unreachable', 'no answer at exit'],
  ])('%j is read as %s', (answer, status, message) => {
    const { courier } = setUp();
    const [settlement] = courier.readAtExit(answer, [new PingRecord('a', 'success', 0, {})]);
    expect([settlement?.status, settlement?.error?.message]).toEqual([status, message]);
  });
});

describe('what the code says of a monitor', () => {
  it('goes with the requests from then on, instead of what the map says', () => {
    const { courier } = setUp({ provider: { monitors: { a: { graceMs: 5 } } } });
    expect(courier.context('a', {}).monitor).toEqual({ graceMs: 5 });
    courier.declare('a', { graceMs: 7 });
    expect(courier.context('a', {}).monitor).toEqual({ graceMs: 7 });
    expect(courier.context('b', {}).monitor).toEqual({});
  });
});

describe('a look-up', () => {
  const resolved: Resolution = { status: 'resolved', target: 'id-1' };

  const lookingUp = (read: () => Resolution | undefined = () => resolved) => {
    const setting = setUp({
      provider: {
        resolve: {
          ttlMs: 60_000,
          needed: () => true,
          toRequest: (key) => ({ method: 'GET', url: `https://plain.example/resolve/${key}` }),
          interpret: () => read() as Resolution,
        },
      },
    });
    const { courier, clock } = setting;
    const over: string[] = [];
    return {
      ...setting,
      over,
      lookUp: (name: string): void => courier.lookUp('a', () => over.push(name)),
      target: () => courier.targets.target('a', clock.monotonicMs()),
    };
  };

  it('is made once for all who wait, and what it found is used', async () => {
    const { lookUp, over, transport, clock, target, courier, heard } = lookingUp();
    expect(courier.context('a', {}).target).toBe('a');
    for (const name of ['one', 'two']) lookUp(name);
    await clock.settle();
    expect([transport.requests.length, over, heard]).toEqual([1, ['one', 'two'], ['a accepted']]);
    expect([target(), courier.context('a', {}).target]).toEqual([
      { status: 'known', id: 'id-1' },
      'id-1',
    ]);
  });

  it('that finds no such monitor says so', async () => {
    const { lookUp, over, clock, heard, courier } = lookingUp(() => ({
      ...{ status: 'misconfigured', reason: 'unknown', message: 'there is none' },
    }));
    lookUp('one');
    await clock.settle();
    expect([over, heard]).toEqual([['one'], ['a misconfigured: there is none']]);
    expect(courier.context('a', {}).target).toBe('a');
  });

  it.each([
    ['has no answer', failWith('refused'), (): Resolution => resolved],
    ['cannot be read', respond(200), (): undefined => undefined],
    ['is put off', respond(500), (): Resolution => ({ status: 'unreachable' })],
  ])('that %s holds up who waits for thirty seconds', async (_name, answer, read) => {
    const { lookUp, over, transport, clock, heard, target } = lookingUp(read);
    transport.answerWith(() => answer);
    lookUp('one');
    await clock.advance(29_999);
    expect([over, heard, transport.requests.length]).toEqual([[], [], 1]);
    await clock.advance(1);
    expect([over, target().status]).toEqual([['one'], 'unknown']);
  });

  it('that fails holds up nobody where the id was known before', async () => {
    let found: Resolution = resolved;
    const { lookUp, over, clock, target } = lookingUp(() => found);
    lookUp('one');
    await clock.settle();
    await clock.advance(60_000);
    found = { status: 'unreachable' };
    lookUp('two');
    await clock.settle();
    expect([over, target()]).toEqual([['one', 'two'], { status: 'known', id: 'id-1' }]);
  });

  it('of a monitor that is held back waits until it is let go, and asks nobody', async () => {
    const { courier, lookUp, over, transport, clock } = lookingUp();
    courier.targets.hold('a');
    for (const name of ['one', 'two']) lookUp(name);
    await clock.settle();
    expect([over, transport.requests]).toEqual([[], []]);
    courier.targets.release('a');
    expect(over).toEqual(['one', 'two']);
  });

  it('is nothing at a service that needs none', async () => {
    const { courier, transport, clock } = setUp();
    courier.lookUp('a', () => undefined);
    await clock.settle();
    expect(transport.requests).toEqual([]);
  });
});

describe('somebody who asks and awaits the answer', () => {
  it('holds the process until it is there, a second longer than a request may take', async () => {
    const { courier, transport, clock } = setUp({
      provider: {
        resolve: {
          ttlMs: 60_000,
          needed: () => true,
          toRequest: () => ({ method: 'GET', url: 'https://plain.example/' }),
          interpret: () => ({ status: 'resolved', target: 'id-1' }),
        },
      },
    });
    transport.answerWith(() => undefined);
    let done = false;
    const asking = courier.ask('a').then(() => (done = true));
    expect(clock.held).toBe(1);
    await clock.advance(5_999);
    expect(done).toBe(false);
    await clock.advance(1);
    await asking;
    expect([done, clock.held]).toEqual([true, 0]);
    const again = courier.ask('a');
    transport.release(respond(200));
    await again;
    expect([clock.held, clock.timers]).toEqual([0, 0]);
  });

  it('or sends a request of another kind does so too', async () => {
    const { courier, transport, clock } = setUp();
    transport.answerWith(() => undefined);
    const results: string[] = [];
    courier.awaited(
      () => ({ method: 'PUT', url: 'https://plain.example/' }),
      ({ kind }) => results.push(kind),
    );
    expect(clock.held).toBe(1);
    await clock.advance(5_999);
    expect(clock.held).toBe(1);
    transport.release(respond(200));
    expect([results, clock.held]).toEqual([['response'], 0]);
  });
});
