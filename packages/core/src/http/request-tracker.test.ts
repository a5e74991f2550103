import { describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../test/support/engine.ts';
import { type Exchange, exchange, FakeStream } from '../../test/support/exchange.ts';
import type { TrackEvent } from '../index.ts';
import { RequestTracker, type TrackRequestsOptions } from './request-tracker.ts';

/** A tracker, and the events that it made. */
const tracking = (options: TrackRequestsOptions = {}, route?: string) => {
  const events: TrackEvent[] = [];
  const { heartbeat } = createEngine();
  heartbeat.track = (event) => void events.push(event);
  const tracker = new RequestTracker<Exchange>(
    { client: heartbeat, ...options },
    { route: () => route },
  );
  const follow = (one: Exchange, url?: string): void =>
    tracker.follow(one, one.request, one.response, url);
  return { events, follow };
};

const warningsOf = async (act: () => void): Promise<readonly Error[]> => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  act();
  await new Promise(setImmediate);
  process.off('warning', hear);
  return warnings;
};

describe('the sizes of a request and its response', () => {
  it.each([
    ['as their heads say', { 'content-length': '12' }, { 'content-length': 34 }, {}, 12, 34],
    ['0 where they say nothing', {}, {}, {}, 0, 0],
    ['what Node says of a body that is ended at once', {}, {}, { _contentLength: 5 }, 0, 5],
    ['what the head says before that', {}, { 'content-length': '7' }, { _contentLength: 5 }, 0, 7],
    [
      '0 where the head says so',
      { 'content-length': '0' },
      { 'content-length': 0 },
      { _contentLength: 5 },
      0,
      0,
    ],
    [
      '0 where the head makes no sense',
      { 'content-length': '-1' },
      { 'content-length': ['12'] },
      {},
      0,
      0,
    ],
    [
      '0 where it is no whole number',
      { 'content-length': '1.5' },
      {},
      { _contentLength: null },
      0,
      0,
    ],
  ])('are %s', (_name, request, response, changes, requestSize, responseSize) => {
    const { events, follow } = tracking();
    const one = exchange({ headers: request });
    Object.assign(one.fake, changes, { headers: response });
    follow(one);
    one.send();
    expect(events).toMatchObject([{ requestSize, responseSize }]);
  });

  it.each([
    ['HEAD', 200, 0],
    ['GET', 204, 0],
    ['GET', 304, 0],
    ['GET', 200, 9],
  ])('are those of what was sent: %s, %i', (method, statusCode, responseSize) => {
    const { events, follow } = tracking();
    const one = exchange({ method });
    one.fake.headers = { 'content-length': 9 };
    follow(one);
    one.send(statusCode);
    expect(events).toMatchObject([{ method, statusCode, responseSize }]);
  });

  it('are 0 where the response cannot be asked any more', () => {
    const { events, follow } = tracking();
    const one = exchange({ stream: new FakeStream() });
    one.fake.getHeader = () => {
      throw new Error('ERR_HTTP2_INVALID_STREAM');
    };
    follow(one);
    (one.fake.stream as FakeStream).end();
    expect(events).toMatchObject([{ responseSize: 0, statusCode: 200 }]);
  });
});

describe('a request that is tracked', () => {
  it('is a GET of the root where it says nothing', () => {
    const { events, follow } = tracking();
    const one = exchange({ method: undefined, url: undefined });
    follow(one);
    one.send();
    expect(events).toMatchObject([{ method: 'GET', path: '/', statusCode: 200 }]);
  });

  it('goes by the URL that the adapter names, where a router has changed its own', () => {
    const { events, follow } = tracking({ ignore: ['/api/health'], collectQuery: true });
    for (const url of ['/api/orders?b=1&a=2', '/api/health?deep']) {
      const one = exchange({ url: '/orders' });
      follow(one, url);
      one.send();
    }
    expect(events.map(({ path }) => path)).toEqual(['/api/orders?a=2&b=1']);
  });

  it('has no query where nothing follows its mark', () => {
    const { events, follow } = tracking({ collectQuery: true });
    const one = exchange({ url: '/orders?' });
    follow(one);
    one.send();
    expect(events.map(({ path }) => path)).toEqual(['/orders']);
  });

  it('has the time from its beginning to its end, in whole microseconds', () => {
    const { events, follow } = tracking();
    const one = exchange();
    const now = vi
      .spyOn(performance, 'now')
      .mockReturnValueOnce(1_000)
      .mockReturnValueOnce(1_012.345_678);
    follow(one);
    one.send();
    now.mockRestore();
    expect(events.map(({ responseTimeMs }) => responseTimeMs)).toEqual([12.346]);
  });

  it('keeps its query to itself unless that is asked for, also next to the pattern', () => {
    for (const [collectQuery, path] of [
      [undefined, '/orders/:id'],
      [true, '/orders/:id?a=2'],
    ] as const) {
      const { events, follow } = tracking({ collectQuery }, '/orders/:id');
      const one = exchange({ url: '/orders/7?a=2' });
      follow(one);
      one.send();
      expect(events.map((event) => event.path)).toEqual([path]);
    }
  });

  it.each([
    ['aborted before its head', {}, undefined, 499],
    ['aborted after its head', { headersSent: true }, undefined, 200],
    ['timed out', {}, 'ERR_HTTP_REQUEST_TIMEOUT', 499],
    ['destroyed with an error', { errored: new Error('no') }, undefined, 500],
  ])('that was %s has the status for the books', (_name, changes, code, statusCode) => {
    const { events, follow } = tracking();
    const one = exchange();
    follow(one);
    Object.assign(one.fake, changes);
    one.connection.die(code);
    expect(events).toMatchObject([{ statusCode }]);
  });

  it.each([
    ['the key that it shows', { 'x-api-key': 'key-1', authorization: 'Bearer x' }, /^key-1$/u],
    ['the hash of what it is authorized by', { authorization: 'Bearer x' }, /^hash_[0-9a-f]{12}$/u],
    ['nobody', { 'x-api-key': '', authorization: '' }, /^undefined$/u],
  ])('is made by %s', (_name, headers, consumer) => {
    const { events, follow } = tracking();
    const one = exchange({ headers });
    follow(one);
    one.send();
    expect(String(events[0]?.consumerId)).toMatch(consumer);
    expect(JSON.stringify(events)).not.toContain('Bearer');
  });

  it('is made by nobody where identifyConsumer gives no text or throws, which is warned of once', async () => {
    const answers: unknown[] = ['', 7, undefined, null];
    const { events, follow } = tracking({ identifyConsumer: () => answers.pop() as string });
    const broken = tracking({
      identifyConsumer: () => {
        throw new Error('no');
      },
    });
    const warnings = await warningsOf(() => {
      for (let index = 0; index < 4; index += 1) {
        for (const tracker of [follow, broken.follow]) {
          const one = exchange();
          tracker(one);
          one.send();
        }
      }
    });
    expect([...events, ...broken.events].map(({ consumerId }) => consumerId)).toEqual(
      Array(8).fill(undefined),
    );
    expect(warnings.filter(({ message }) => message.includes('identifyConsumer'))).toMatchObject([
      {
        name: 'LubdubWarning',
        code: 'ERR_LUBDUB_INVALID_OPTION',
        detail: expect.stringContaining('docs/errors.md#err_lubdub_invalid_option'),
      },
    ]);
  });

  it('is left alone while there is no client, which is warned of once', async () => {
    const { events, follow } = tracking({ client: undefined });
    const warnings = await warningsOf(() => {
      for (let index = 0; index < 2; index += 1) {
        const one = exchange();
        follow(one);
        one.send();
      }
    });
    expect(events).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'ERR_LUBDUB_NOT_INITIALIZED' }]);
    expect(warnings[0]?.message).toContain('Requests are not tracked: there is no client.');
  });
});

describe('paths that are not collected', () => {
  it.each([
    ['/health', '/health', true],
    ['/health', '/health/deep', false],
    ['/assets/*', '/assets/', true],
    ['/assets/*', '/assets/a/b.js', true],
    ['/assets/*', '/assets', false],
    [/^\/int/gu, '/internal', true],
    [/^\/int/u, '/a/int', false],
    [/\/INT/iu, '/a/int', true],
  ])('are named by %s: %s, %s', (rule, url, ignored) => {
    const { events, follow } = tracking({ ignore: [rule] });
    for (let index = 0; index < 2; index += 1) {
      const one = exchange({ url });
      follow(one);
      one.send();
    }
    expect(events).toHaveLength(ignored ? 0 : 2);
  });

  it.each([
    [{ ignore: ['health'] }],
    [{ ignore: [7] }],
    [{ ignore: '/health' }],
    [{ ignore: ['/health', 'ready'] }],
  ])('are refused in the form %j', (options) => {
    expect(() => tracking(options as never)).toThrow(expect.objectContaining({ option: 'ignore' }));
    expect(() => tracking(options as never)).toThrow(
      'it takes a list of paths that begin with "/" or regular expressions',
    );
  });
});
