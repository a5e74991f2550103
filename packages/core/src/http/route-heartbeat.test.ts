import { describe, expect, it, vi } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { type Exchange, exchange } from '../../test/support/exchange.ts';
import { InFlight } from './in-flight.ts';
import { rememberError, runOf } from './request-state.ts';
import {
  checkRouteHeartbeatOptions,
  type RequestKey,
  RouteHeartbeat,
  type RouteHeartbeatOptions,
} from './route-heartbeat.ts';
import type { HttpRunEnd } from './status-policy.ts';

interface Told {
  readonly state: string;
  readonly text?: string;
  readonly reason?: string;
  readonly metadata?: Record<string, unknown>;
}

interface Setting {
  readonly key?: RequestKey<Exchange>;
  readonly options?: RouteHeartbeatOptions;
  readonly route?: () => string | undefined;
}

/** A monitored route, and what the service is told of its requests. */
const monitored = ({ key = 'orders', options, route = () => '/orders/:id' }: Setting = {}) => {
  const engine = createEngine({
    captureErrors: 'message',
    provider: plainProvider(
      {},
      {
        toRequest: ({ key: monitor, state, message, reason, metadataJson }) => ({
          method: 'POST',
          url: `https://plain.example/${monitor}`,
          body: JSON.stringify({
            state,
            text: message,
            reason,
            metadata: metadataJson === undefined ? undefined : JSON.parse(metadataJson),
          }),
        }),
      },
    ),
  });
  const inFlight = new InFlight();
  const heartbeat = new RouteHeartbeat<Exchange>(
    key,
    { client: engine.heartbeat, sendStart: false, ...options },
    { route, inFlight },
  );
  const told = async (): Promise<readonly Told[]> => {
    await engine.clock.settle();
    return engine.transport.requests.map(({ body }) => JSON.parse(body ?? '') as Told);
  };
  return {
    ...engine,
    inFlight,
    told,
    begin: (one: Exchange) => heartbeat.begin(one, one.request, one.response),
  };
};

describe('a monitored request', () => {
  it('is a run from its beginning to the end of its response, found by the request', async () => {
    const { begin, told, inFlight, heartbeat } = monitored();
    const one = exchange({ method: 'POST' });
    expect(runOf(one.request)).toBeUndefined();
    const run = begin(one);
    expect([run?.key, runOf(one.request), inFlight.open]).toEqual(['orders', run, 1]);
    expect(heartbeat.stats().runs.open).toBe(1);
    one.send(201);
    expect([inFlight.open, run?.status]).toEqual([0, 'succeeded']);
    expect(await told()).toEqual([
      { state: 'success', metadata: { method: 'POST', route: '/orders/:id', statusCode: 201 } },
    ]);
  });

  it.each([
    ['without a route', () => undefined],
    [
      'whose route cannot be read',
      () => {
        throw new Error('no');
      },
    ],
  ])('%s is told without it', async (_name, route) => {
    const { begin, told } = monitored({ route });
    const one = exchange();
    begin(one);
    one.send();
    expect((await told())[0]?.metadata).toEqual({ method: 'GET', statusCode: 200 });
  });

  it.each([
    [404, undefined, { state: 'success' }],
    [499, undefined, { state: 'success' }],
    [500, undefined, { state: 'fail', reason: 'error', text: 'HTTP 500' }],
    [503, new Error('no rows'), { state: 'fail', reason: 'error', text: 'Error: no rows' }],
    [200, new Error('no rows'), { state: 'success' }],
  ])(
    'that was answered with %i after the error %o is told as %j',
    async (status, error, expected) => {
      const { begin, told } = monitored();
      const one = exchange();
      begin(one);
      if (error !== undefined) rememberError(one.request, error);
      one.send(status);
      expect(await told()).toEqual([
        { ...expected, metadata: { method: 'GET', route: '/orders/:id', statusCode: status } },
      ]);
    },
  );

  it.each([
    [
      'went away',
      undefined,
      'aborted',
      'aborted: the connection closed before the response was sent',
    ],
    [
      'was too slow',
      'ERR_HTTP_REQUEST_TIMEOUT',
      'timeout',
      'timeout: the server timed out before the response was sent',
    ],
  ])('whose peer %s fails so', async (_name, code, reason, text) => {
    const { begin, told } = monitored();
    const one = exchange();
    begin(one);
    one.connection.die(code);
    expect(await told()).toMatchObject([{ state: 'fail', reason, text }]);
  });

  it('whose response the program destroyed fails with that error, or with the one before it', async () => {
    const { begin, told } = monitored();
    for (const caught of [[], [undefined, new Error('second')], [new Error('first'), 'second']]) {
      const one = exchange();
      begin(one);
      for (const error of caught) rememberError(one.request, error);
      one.fake.errored = new Error('destroyed');
      one.connection.die();
    }
    const failed = await told();
    expect(failed.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array(3).fill('fail error'),
    );
    expect(failed.map(({ text }) => text?.includes('destroyed'))).toEqual([true, undefined, false]);
    expect(failed[2]?.text).toBe('Error: first');
  });

  it('takes an error that comes after its connection was lost for a consequence', async () => {
    const { begin, told } = monitored();
    const one = exchange();
    begin(one);
    one.connection.destroyed = true;
    rememberError(one.request, new Error('write after end'));
    one.connection.die();
    expect(await told()).toMatchObject([{ state: 'fail', reason: 'aborted' }]);
    rememberError(exchange().request, new Error('of nobody'));
    const made = exchange();
    Object.defineProperty(made.request, 'socket', { value: undefined });
    made.fake.socket = null;
    begin(made);
    rememberError(made.request, new Error('without a network'));
    made.fake.statusCode = 500;
    made.fake.emit('finish');
    expect((await told())[1]).toMatchObject({ text: 'Error: without a network' });
  });

  it('that was ended before its response is left as it is, and classify is not asked', async () => {
    const classify = vi.fn<() => undefined>();
    const { begin, told } = monitored({ options: { classify } });
    const ended = ['success', 'skip', 'defer'] as const;
    for (const end of ended) {
      const one = exchange();
      begin(one)?.[end]();
      one.send(500);
    }
    expect((await told()).map(({ state }) => state)).toEqual(['success', 'log']);
    expect(classify).not.toHaveBeenCalled();
  });

  it('that took too long has failed; how it ended is told as well', async () => {
    const { begin, told, clock } = monitored({ options: { maxDurationMs: 1_000 } });
    const one = exchange();
    begin(one);
    await clock.advance(1_000);
    one.send(200);
    expect(await told()).toMatchObject([
      { state: 'fail', reason: 'timeout' },
      { state: 'log', text: expect.stringMatching(/^ended well after/u) },
    ]);
  });

  it('of a hot route is counted in its window, and told with the count alone', async () => {
    const { begin, told, heartbeat } = monitored({ options: { coalesce: { windowMs: 60_000 } } });
    for (const status of [200, 204, 500]) {
      const one = exchange();
      begin(one);
      one.send(status);
    }
    expect(await told()).toMatchObject([{ state: 'fail' }]);
    void heartbeat.flush(0);
    expect((await told()).slice(1)).toEqual([{ state: 'success', text: '(2 runs)' }]);
  });
});

describe('how the end of a request counts', () => {
  const ended = async (
    options: RouteHeartbeatOptions,
    finish: (one: Exchange) => void,
  ): Promise<readonly string[]> => {
    const { begin, told } = monitored({ options });
    const one = exchange();
    begin(one);
    finish(one);
    return (await told()).map(({ state }) => state);
  };

  it.each([
    ['success', ['success']],
    ['fail', ['fail']],
    ['deferred', ['log']],
    ['skip', []],
    [undefined, ['success']],
    ['nonsense', ['success']],
  ])('is asked of classify: %s', async (answer, expected) => {
    expect(await ended({ classify: () => answer as never }, (one) => one.send(200))).toEqual(
      expected,
    );
  });

  it('may be a success all the same', async () => {
    expect(await ended({ classify: () => 'success' }, (one) => one.send(500))).toEqual(['success']);
  });

  it('is the default where classify throws', async () => {
    const classify = (): never => {
      throw new Error('no');
    };
    expect(await ended({ classify }, (one) => one.send(200))).toEqual(['success']);
    expect(await ended({ classify }, (one) => one.send(500))).toEqual(['fail']);
  });

  it('is told to classify in full', async () => {
    const ends: HttpRunEnd[] = [];
    const classify = (end: HttpRunEnd): undefined => void ends.push(end);
    await ended({ classify }, (one) => one.send(404));
    const error = new Error('no');
    await ended({ classify }, (one) => {
      rememberError(one.request, error);
      one.send(500);
    });
    await ended({ classify }, (one) => one.connection.die());
    await ended({ classify }, (one) => {
      rememberError(one.request, error);
      one.send(200);
    });
    expect(ends).toMatchObject([
      { response: 'sent', statusCode: 404, headersSent: true, threw: false, args: [] },
      { response: 'sent', statusCode: 500, headersSent: true, threw: true, error },
      { response: 'aborted', statusCode: 200, headersSent: false, threw: false },
      { response: 'sent', statusCode: 200, threw: false, error: undefined },
    ]);
    expect(ends[0]?.run.key).toBe('orders');
    expect(ends[0]?.result).toBeUndefined();
  });

  it.each([
    ['of a stream that timed out', (one: Exchange) => one.connection.die('ETIMEDOUT')],
    [
      'of a stream that ran into an error before the peer left',
      (one: Exchange) => {
        rememberError(one.request, new Error('no'));
        one.connection.die();
      },
    ],
  ])('%s is a fail', async (_name, end) => {
    const states = await ended({ streaming: true }, (one) => {
      one.fake.headersSent = true;
      end(one);
    });
    expect(states).toEqual(['fail']);
  });

  it.each([
    ['of a stream that the peer left', true, true, 200, undefined, 'success'],
    ['of a stream that the peer left before its head', true, false, 200, undefined, 'fail'],
    ['of a stream that answered badly', true, true, 500, undefined, 'fail'],
    ['of a stream that broke', true, true, 200, new Error('no'), 'fail'],
    ['of anything else that the peer left', false, true, 200, undefined, 'fail'],
  ])('%s', async (_name, streaming, headersSent, statusCode, errored, expected) => {
    const states = await ended({ streaming }, (one) => {
      Object.assign(one.fake, { headersSent, statusCode, errored: errored ?? null });
      one.connection.die();
    });
    expect(states).toEqual([expected]);
  });
});

describe('a request that is no run', () => {
  it.each([
    ['HEAD', undefined, false],
    ['OPTIONS', undefined, false],
    ['GET', undefined, true],
    [undefined, undefined, true],
    ['HEAD', ['HEAD'], true],
    ['GET', ['POST', 'PUT'], false],
    ['PUT', ['POST', 'PUT'], true],
    [undefined, ['POST'], false],
  ])('with the method %s where %j are monitored: %s', (method, methods, isRun) => {
    const { begin } = monitored({ options: { methods } });
    expect(begin(exchange({ method })) !== undefined).toBe(isRun);
  });

  it('is one that is a run of this monitor already; a second monitor has its own', async () => {
    const { begin, heartbeat } = monitored();
    const other = new RouteHeartbeat<Exchange>(
      'other',
      { client: heartbeat },
      { route: () => '/' },
    );
    const one = exchange();
    const third = new RouteHeartbeat<Exchange>(
      'third',
      { client: heartbeat },
      { route: () => '/' },
    );
    const first = begin(one);
    expect(begin(one)).toBeUndefined();
    const others = [other, third].map((each) => each.begin(one, one.request, one.response));
    expect([begin(one), other.begin(one, one.request, one.response)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(runOf(one.request)).toBe(others[1]);
    one.send(200);
    expect([first, ...others].map((run) => run?.status)).toEqual(Array(3).fill('succeeded'));
  });

  it('is one for which the key function gives false', () => {
    const { begin } = monitored({ key: ({ request }) => (request.url === '/' ? false : 'b') });
    expect(begin(exchange())).toBeUndefined();
    expect(begin(exchange({ url: '/b' }))?.key).toBe('b');
  });

  it.each([
    ['nothing', () => undefined, 'gave undefined'],
    ['an empty text', () => '', 'gave an empty string'],
    [
      'an error',
      () => {
        throw new TypeError('no user');
      },
      'threw TypeError: no user',
    ],
  ])('is one for which it gives %s, which is warned of once', async (_name, key, said) => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    const { begin } = monitored({ key: key as RequestKey<Exchange> });
    expect([begin(exchange()), begin(exchange())]).toEqual([undefined, undefined]);
    await new Promise(setImmediate);
    process.off('warning', hear);
    const ours = warnings.filter(({ message }) => message.includes('the key function'));
    expect(ours).toMatchObject([{ code: 'ERR_LUBDUB_INVALID_KEY' }]);
    expect(ours[0]?.message).toContain(
      `A request was not monitored: the key function ${said}; it gives a monitor key`,
    );
  });

  it('is every one while there is no client, which is warned of once', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    const { begin } = monitored({ options: { client: undefined } });
    expect([begin(exchange()), begin(exchange())]).toEqual([undefined, undefined]);
    await new Promise(setImmediate);
    process.off('warning', hear);
    const ours = warnings.filter(({ message }) => message.startsWith('Requests are not monitored'));
    expect(ours).toMatchObject([{ code: 'ERR_LUBDUB_NOT_INITIALIZED' }]);
  });
});

describe('options of a route', () => {
  it.each([
    [null, 'options', 'null'],
    [[], 'options', 'an array of 0'],
    ['orders', 'options', 'the string "orders"'],
    [{ methods: ['get'] }, 'methods', 'an array of 1'],
    [{ methods: [''] }, 'methods', 'an array of 1'],
    [{ methods: ['GET', 'get'] }, 'methods', 'an array of 2'],
    [{ methods: [7] }, 'methods', 'an array of 1'],
    [{ methods: 'GET' }, 'methods', 'the string "GET"'],
    [{ classify: 'fail' }, 'classify', 'the string "fail"'],
    [{ streaming: 1 }, 'streaming', '1'],
    [{ client: {} }, 'client', 'a value of type object'],
    [{ runId: 'x' }, 'runId', 'a value'],
    [{ settle: 'await' }, 'settle', 'a value'],
    [{ settleBudgetMs: 1 }, 'settleBudgetMs', 'a value'],
    [{ waitUntil: () => undefined }, 'waitUntil', 'a value'],
    [{ resumable: true }, 'resumable', 'a value'],
    [{ maxDurationMs: -1 }, 'maxDurationMs', '-1'],
  ])('are refused: %j', (options, option, got) => {
    const wrong = { code: 'ERR_LUBDUB_INVALID_OPTION', option };
    const act = (): void => checkRouteHeartbeatOptions(options as never);
    expect(act).toThrow(expect.objectContaining(wrong));
    expect(act).toThrow(`got ${got}; it takes `);
    expect(act).not.toThrow('it takes .');
    expect(() => new RouteHeartbeat('a', options as never, { route: () => '/' })).toThrow(
      expect.objectContaining(wrong),
    );
  });

  it('may be all that a run takes, and a key is checked at once', () => {
    checkRouteHeartbeatOptions({ methods: ['GET'], idleMs: 1_000, streaming: false });
    expect(() => new RouteHeartbeat('', {}, { route: () => '/' })).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_INVALID_KEY' }),
    );
  });
});
