import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { PingRecord } from '../ping/record.ts';
import type { Interpretation, Provider, ProviderBatch, RateLimit } from '../providers/provider.ts';
import { createManualClock, failWith, respond } from '../testing/index.ts';
import type { TransportResult } from '../transport/transport.ts';
import { guarded, readAttempt } from './reading.ts';
import { defaultRetry } from './retry.ts';

const perMonitor: RateLimit = { count: 1, windowMs: 1_000, per: 'monitor' };
const perProvider: RateLimit = { ...perMonitor, per: 'provider' };

type Read = (index: number) => Interpretation | undefined;

/** A provider that takes batches; `whole`: reads them by itself. */
const batching = (interpret: Read, whole?: ProviderBatch['interpret']): Partial<Provider> => ({
  batch: {
    maxPings: 10,
    maxBytes: 1_000,
    toRequest: () => ({ method: 'POST', url: 'https://plain.example/' }),
    interpret:
      whole ?? ((_response, pings) => pings.map((_ping, index) => interpret(index) as never)),
  },
});

/** Reads an answer to pings of these monitors, one letter each; what a provider says of each is given. */
const reading = (
  keys: string,
  interpret: Read,
  batch: boolean | ProviderBatch['interpret'] = false,
  rateLimits: readonly RateLimit[] = [],
) => {
  const heard: string[] = [];
  const provider = plainProvider(
    { rateLimits },
    {
      interpret: () => interpret(0) as never,
      ...(batch === false ? {} : batching(interpret, batch === true ? undefined : batch)),
    },
  );
  const clock = createManualClock();
  const pings = keys.split('').map((key) => new PingRecord(key, 'success', 0, {}));
  const read = (result: TransportResult) =>
    readAttempt(result, pings, {
      provider,
      clock,
      retry: defaultRetry,
      onMisconfigured: (key, message, code) => heard.push(`${key}: ${message} ${code ?? ''}`),
      onAccepted: (key) => heard.push(`${key} accepted`),
    });
  return { read, heard };
};
const accepted = (): Interpretation => ({ status: 'accepted' });
const batch = true;

describe('an answer', () => {
  it.each(['accepted', 'unverified'] as const)('that is %s has no error', (status) => {
    const { read, heard } = reading('a', () => ({ status, response: { id: 1 } }));
    expect(read(respond(201, '{"id":1}'))).toEqual({
      reached: true,
      tooLarge: false,
      retryAfterMs: undefined,
      blockMs: undefined,
      settlements: [
        {
          settlement: { status, reason: undefined, httpStatus: 201, response: { id: 1 } },
          retryable: false,
        },
      ],
    });
    expect(heard).toEqual(status === 'accepted' ? ['a accepted'] : []);
  });

  it.each([
    ['rejected', undefined, false],
    ['rate-limited', undefined, true],
    ['unreachable', undefined, true],
    ['unreachable', false, false],
    ['rejected', true, true],
  ] as const)(
    'that is %s, with retryable %s, is tried again: %s',
    (status, retryable, expected) => {
      const { read } = reading('a', () =>
        retryable === undefined ? { status } : { status, retryable },
      );
      const [only] = read(respond(500)).settlements;
      expect(only?.retryable).toBe(expected);
      expect(only?.settlement.error?.statusCode).toBe(500);
    },
  );

  it.each([
    ['its JSON', '{"error":"no"}', { error: 'no' }],
    ['its text', 'not JSON', 'not JSON'],
    ['the beginning of a long text', 'x'.repeat(2_000), 'x'.repeat(1_024)],
    ['nothing', '', undefined],
  ])('that is no good has %s in its error', (_name, body, expected) => {
    const { read } = reading('a', () => ({ status: 'rejected', reason: 'http-404' }));
    expect(read(respond(404, body)).settlements[0]?.settlement).toEqual({
      status: 'rejected',
      reason: 'http-404',
      httpStatus: 404,
      response: undefined,
      error: { statusCode: 404, message: 'the service answered 404', body: expected },
    });
  });

  it('has the words of the service in its error, where there are some', () => {
    const { read } = reading('a', () => ({ status: 'rejected', message: 'unknown monitor' }));
    expect(read(respond(404)).settlements[0]?.settlement.error?.message).toBe('unknown monitor');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no JSON');
      },
      'no JSON',
    ],
    [
      'throws a text',
      () => {
        // oxlint-disable-next-line typescript/only-throw-error -- a provider of one's own may
        throw 'no';
      },
      'unknown error',
    ],
    ['says nothing', () => undefined, 'unknown error'],
  ])('whose provider %s cannot be read, and is tried again', (_name, interpret, message) => {
    for (const more of [false, batch]) {
      const { read } = reading('a', interpret, more);
      expect(read(respond(200, 'x'))).toMatchObject({
        reached: false,
        settlements: [
          {
            retryable: true,
            settlement: {
              status: 'unreachable',
              reason: 'unreadable-answer',
              httpStatus: 200,
              error: { statusCode: 200, message, body: 'x' },
            },
          },
        ],
      });
    }
  });

  it('is read for each ping of a batch, and shared by those that were read alike', () => {
    const [good, bad]: Interpretation[] = [{ status: 'accepted' }, { status: 'rejected' }];
    const { read, heard } = reading('abcd', (index) => (index === 2 ? bad : good), batch);
    const { settlements, reached } = read(respond(200));
    expect(settlements.map(({ settlement }) => settlement.status)).toEqual([
      'accepted',
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(settlements[0]).toBe(settlements[1]);
    expect(settlements[3]).not.toBe(settlements[2]);
    expect([heard, reached]).toEqual([['a accepted', 'b accepted', 'd accepted'], true]);
  });

  it('says that the service works when it was read for one ping at least', () => {
    const mixed = reading(
      'ab',
      (index) => ({ status: index === 0 ? 'unreachable' : 'rejected' }),
      batch,
    );
    expect(mixed.read(respond(200)).reached).toBe(true);
    const none = reading('ab', () => ({ status: 'unreachable' }), batch);
    expect(none.read(respond(200)).reached).toBe(false);
  });

  it('of a batch that is shorter than the batch cannot be read for the rest', () => {
    for (const interpret of [() => [accepted()], () => undefined as never]) {
      const { read } = reading('ab', accepted, interpret);
      expect(read(respond(200)).settlements[1]?.settlement.reason).toBe('unreadable-answer');
    }
  });

  it.each([
    [400, 'ab', true],
    [413, 'ab', true],
    [422, 'ab', true],
    [404, 'ab', false],
    [413, 'a', false],
  ])('%i to the pings %s asks for smaller batches: %s', (status, keys, tooLarge) => {
    expect(reading(keys, accepted, batch).read(respond(status)).tooLarge).toBe(tooLarge);
  });
});

describe('a wait that the service asks for', () => {
  const wait = { 'retry-after': '7' };

  it.each([
    [200, undefined],
    [299, undefined],
    [300, 7_000],
    [429, 7_000],
    [500, 7_000],
  ])('counts after %i: %s', (status, expected) => {
    const { read } = reading('a', accepted);
    expect(read(respond(status, '', wait)).retryAfterMs).toBe(expected);
  });

  it.each([
    ['a batch', 429, [], batch, 7_000],
    ['a batch', 503, [], batch, 7_000],
    ['a batch', 500, [], batch, undefined],
    ['a limit of the whole service', 429, [perMonitor, perProvider], false, 7_000],
    ['a limit of each monitor', 429, [perMonitor], false, undefined],
    ['no limit', 429, [], false, undefined],
    ['no limit', 503, [], false, 7_000],
    ['a limit of the whole service', 500, [perProvider], false, undefined],
  ])(
    'with %s after %i holds for the whole service: %#',
    (_name, status, limits, more, expected) => {
      const { read } = reading('a', accepted, more, limits);
      expect(read(respond(status, '', wait)).blockMs).toBe(expected);
    },
  );
});

describe('a request that failed', () => {
  it.each([
    ['refused', 'unreachable', true, []],
    ['timeout', 'unreachable', true, []],
    ['invalid', 'rejected', false, []],
    ['address-refused', 'rejected', false, ['undefined: no ERR_LUBDUB_ADDRESS_REFUSED']],
  ] as const)('for %s is %s, and tried again: %s', (reason, status, retryable, expected) => {
    const { read, heard } = reading('ab', accepted, batch);
    const failure = { ...failWith('refused'), reason, message: 'no' } as TransportResult;
    const settlement = {
      status,
      reason,
      httpStatus: undefined,
      response: undefined,
      error: { statusCode: 0, message: 'no', body: undefined },
    };
    expect(read(failure)).toEqual({
      reached: status === 'rejected' ? undefined : false,
      tooLarge: false,
      retryAfterMs: undefined,
      blockMs: undefined,
      settlements: ['a', 'b'].map(() => ({ settlement, retryable })),
    });
    expect(heard).toEqual(expected);
  });
});

describe('what a provider of one’s own reads', () => {
  it('is taken, or something else where it throws or gives nothing', () => {
    expect(guarded(() => 1, 2)).toBe(1);
    expect(guarded(() => undefined, 2)).toBe(2);
    expect(
      guarded(() => {
        throw new Error('no');
      }, 2),
    ).toBe(2);
  });
});
