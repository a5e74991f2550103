import { AsyncResource, executionAsyncResource } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import {
  type Exchange,
  exchange,
  FakeConnection,
  FakeStream,
} from '../../test/support/exchange.ts';
import { watchConnection, watchOf } from './connection-watch.ts';
import type { ResponseEnd } from './observation.ts';
import { observeResponse } from './observe-response.ts';

class WriteWrap extends AsyncResource {}

/** Every Node does; Bun and Deno know no resources, and end no write in this way. */
const tellsResource = new WriteWrap('write').runInAsyncScope(
  () => executionAsyncResource() instanceof WriteWrap,
);

/** How the responses ended, in words; `observe` one as often as wanted. */
const watching = () => {
  const ends: string[] = [];
  const errors: unknown[] = [];
  const observe = ({ request, response }: Exchange, name = ''): void =>
    observeResponse(request, response, ({ kind, statusCode, headersSent, error }: ResponseEnd) => {
      ends.push(`${name}${kind} ${statusCode}${headersSent ? ' seen' : ''}`);
      if (error !== undefined) errors.push(error);
    });
  return { ends, errors, observe };
};

/** Takes the connection of a request away. */
const without = ({ request }: Exchange, socket?: unknown): void =>
  void Object.defineProperty(request, 'socket', { value: socket });

/** A response that somebody made up, with nothing under it. */
const simulated = (): Exchange => {
  const one = exchange();
  without(one);
  one.fake.socket = null;
  return one;
};

describe('a response of HTTP/1', () => {
  it('is told once to each who asked, before and after its end', () => {
    const { ends, observe } = watching();
    const one = exchange();
    for (const name of ['a ', 'b ', 'c ']) observe(one, name);
    one.send(201);
    expect(ends).toEqual(['a sent 201 seen', 'b sent 201 seen', 'c sent 201 seen']);
    one.connection.die();
    expect(ends).toHaveLength(3);
  });

  it.each([
    ['whose connection went away', undefined, null, 'aborted 200'],
    ['whose connection was reset', 'ECONNRESET', 'ECONNRESET', 'aborted 200'],
    ['whose request came too slowly', 'ERR_HTTP_REQUEST_TIMEOUT', null, 'timeout 200'],
    ['whose connection timed out', 'ETIMEDOUT', 'ECONNRESET', 'timeout 200'],
    ['that the program destroyed with an error', undefined, 'E_MINE', 'error 200'],
    ['whose connection broke with another error', 'EPIPE', null, 'aborted 200'],
  ])('%s ends so', (_name, code, responseCode, expected) => {
    const { ends, errors, observe } = watching();
    const one = exchange();
    observe(one);
    if (responseCode !== null)
      one.fake.errored = Object.assign(new Error('no'), { code: responseCode });
    one.connection.die(code);
    expect(ends).toEqual([expected]);
    expect(errors).toEqual(expected.startsWith('error') ? [one.fake.errored] : []);
  });

  it('was seen where its head had left before the connection went away', () => {
    const { ends, observe } = watching();
    const one = exchange();
    observe(one);
    Object.assign(one.fake, { headersSent: true, statusCode: 206 });
    one.connection.die();
    expect(ends).toEqual(['aborted 206 seen']);
  });

  it('timed out when the server’s limit passed, unless a response came through since', () => {
    const { ends, observe } = watching();
    const connection = new FakeConnection();
    const first = exchange({ connection });
    observe(first);
    connection.emit('timeout');
    first.send();
    const second = exchange({ connection });
    observe(second);
    const third = exchange({ connection });
    connection._httpMessage = second.fake;
    observe(third);
    connection.die();
    expect(ends).toEqual(['sent 200 seen', 'aborted 200', 'aborted 200']);
    const late = exchange();
    observe(late);
    late.connection.emit('timeout');
    late.connection.die();
    expect(ends.at(-1)).toBe('timeout 200');
  });

  it('is one of several of its connection, which all end on their own', () => {
    const { ends, observe } = watching();
    const connection = new FakeConnection();
    const all = [201, 202, 203].map((status) => ({ status, one: exchange({ connection }) }));
    for (const { one } of all) {
      connection._httpMessage = one.fake;
      observe(one);
    }
    const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    for (const { one, status } of [second, first]) one.send(status);
    expect(ends).toEqual(['sent 202 seen', 'sent 201 seen']);
    third.one.fake.statusCode = 203;
    connection.die();
    expect(ends).toEqual(['sent 202 seen', 'sent 201 seen', 'aborted 203']);
    expect(connection.eventNames().map((name) => connection.listenerCount(name))).toEqual([1, 1]);
  });

  it('whose writes were given up with a broken connection is not taken for sent', () => {
    const { ends, observe } = watching();
    const one = exchange();
    observe(one);
    one.connection.errored = new Error('broken');
    one.send();
    expect(ends).toEqual([]);
    one.connection.die();
    expect(ends).toEqual(['aborted 200 seen']);
  });

  it.runIf(tellsResource)(
    'whose writes die with their connection is not taken for sent, as Node 20 and 22 tell it',
    () => {
      const { ends, observe } = watching();
      const one = exchange();
      observe(one);
      one.connection.destroyed = true;
      new WriteWrap('write').runInAsyncScope(() => one.send());
      expect(ends).toEqual([]);
      one.connection.die();
      expect(ends).toEqual(['aborted 200 seen']);
    },
  );

  it('is forgotten with its end, however long its connection lives', () => {
    const { observe } = watching();
    const connection = new FakeConnection();
    const all = [exchange({ connection }), exchange({ connection })];
    for (const one of all) {
      connection._httpMessage = one.fake;
      observe(one);
    }
    const find = (): unknown[] =>
      all.map(({ request }) => watchOf(connection)?.find(request)?.ended);
    expect(find()).toEqual([false, false]);
    all[0]?.send();
    expect(find()).toEqual([undefined, false]);
    all[1]?.send();
    expect(find()).toEqual([undefined, undefined]);
  });

  it('that is handed over in the tick in which its connection is closed was sent', () => {
    const { ends, observe } = watching();
    const one = exchange();
    observe(one);
    one.connection.destroyed = true;
    one.send();
    one.connection.die();
    expect(ends).toEqual(['sent 200 seen']);
  });

  it('is told at once where its connection is gone already', () => {
    const { ends, observe } = watching();
    const one = exchange();
    one.connection.die();
    observe(one);
    expect(ends).toEqual(['aborted 200']);
    const dying = exchange();
    dying.connection.destroyed = true;
    observe(dying);
    expect(ends).toHaveLength(1);
    dying.connection.die();
    expect(ends).toHaveLength(2);
  });

  it('that nobody serves, such as one that was taken over, is told by its own finish', () => {
    const { ends, observe } = watching();
    const one = exchange();
    one.connection.parser = null;
    observe(one);
    one.fake.emit('finish');
    one.fake.emit('finish');
    expect(ends).toEqual(['sent 200 seen']);
    expect(watchOf(one.connection)).toBe(watchConnection(one.connection));
  });

  it('that waits behind another has no connection of its own, and is lost with that of its request', () => {
    const { ends, observe } = watching();
    const one = exchange();
    one.fake.socket = null;
    one.connection._httpMessage = {};
    observe(one);
    one.connection.die();
    expect(ends).toEqual(['aborted 200']);
  });
});

describe('a response without a server under it', () => {
  it.each([
    ['finish', 'sent 200 seen'],
    ['close', 'aborted 200'],
  ])('ends once, with its first event: %s', (event, expected) => {
    const { ends, observe } = watching();
    const one = simulated();
    observe(one, '');
    observe(one, 'again ');
    for (const name of [event, 'close', 'finish']) one.fake.emit(name);
    expect(ends).toEqual([expected, `again ${expected}`]);
  });

  it('that writes somewhere else is told by itself, not by the connection of its request', () => {
    const { ends, observe } = watching();
    const one = exchange();
    one.fake.socket = new FakeConnection();
    one.connection._httpMessage = undefined;
    observe(one);
    observe(one, 'again ');
    one.connection.die();
    expect(ends).toEqual([]);
    one.fake.emit('finish');
    expect(ends).toEqual(['sent 200 seen', 'again sent 200 seen']);
  });

  it('that writes somewhere else is known again, and so are the next requests of its connection', () => {
    const { ends, observe } = watching();
    const connection = new FakeConnection();
    const first = exchange({ connection });
    observe(first);
    first.send();
    const stray = exchange({ connection });
    stray.fake.socket = new FakeConnection();
    connection._httpMessage = undefined;
    observe(stray, 'stray ');
    observe(stray, 'stray again ');
    expect(stray.fake.listenerCount('finish')).toBe(1);
    const next = exchange({ connection });
    observe(next, 'next ');
    observe(next, 'next again ');
    stray.fake.emit('finish');
    next.send();
    expect(ends.slice(1)).toEqual([
      'stray sent 200 seen',
      'stray again sent 200 seen',
      'next sent 200 seen',
      'next again sent 200 seen',
    ]);
  });

  it('that has ended before is told at once', () => {
    const { ends, observe } = watching();
    const one = simulated();
    one.fake.writableFinished = true;
    observe(one);
    expect(ends).toEqual(['sent 200 seen']);
  });

  it.each([[{}], [{ destroyed: false }], [{ on: () => undefined }], [null]])(
    'has no connection in %j',
    (socket) => {
      const { ends, observe } = watching();
      for (const event of ['finish', 'close']) {
        const one = simulated();
        without(one, socket);
        observe(one);
        one.fake.emit(event);
      }
      expect(ends).toEqual(['sent 200 seen', 'aborted 200']);
    },
  );
});

describe('a response of HTTP/2', () => {
  it.each([
    ['was sent when its stream closes well', {}, 'sent 200 seen'],
    ['was aborted when its stream was', { aborted: true }, 'aborted 200'],
    ['was aborted when its stream was cancelled', { rstCode: 8 }, 'aborted 200'],
  ])('%s, told at once where that is over', (_name, changes, expected) => {
    const { ends, observe } = watching();
    const stream = Object.assign(new FakeStream(), changes);
    const one = exchange({ stream });
    observe(one);
    observe(one);
    expect(ends).toEqual([]);
    stream.end();
    expect(ends).toEqual([expected, expected]);
    const over = exchange({ stream });
    observe(over);
    expect(ends).toHaveLength(3);
    expect(ends[2]).toBe(expected);
  });

  it('that is injected has no stream, and is told by itself', () => {
    const { ends, observe } = watching();
    const one = exchange({ stream: new FakeStream() });
    one.fake.stream = undefined;
    without(one);
    observe(one);
    one.fake.emit('finish');
    expect(ends).toEqual(['sent 200 seen']);
  });

  it('waits for the close of a stream that is only about to go', () => {
    for (const flag of ['closed', 'destroyed'] as const) {
      const { ends, observe } = watching();
      const stream = new FakeStream();
      stream[flag] = true;
      observe(exchange({ stream }));
      expect(ends).toEqual([]);
      stream.end();
      expect(ends).toEqual(['sent 200 seen']);
    }
  });
});
