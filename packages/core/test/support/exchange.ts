import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { HttpRequest, HttpResponse } from '../../src/http/message.ts';

/** A connection that carries what the test says. */
export class FakeConnection extends EventEmitter {
  destroyed = false;
  closed = false;
  errored: (Error & { code?: string }) | null = null;
  /** Node's own server keeps its parser and the response that it writes on the socket. */
  parser: object | null = {};
  _httpMessage: unknown = undefined;

  /** The connection goes away, with an error of this code where one is named. */
  die(code?: string): void {
    this.destroyed = true;
    this.closed = true;
    if (code !== undefined) this.errored = Object.assign(new Error(code), { code });
    this.emit('close');
  }
}

/** A response as far as lubdub reads it. */
export class FakeResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  writableFinished = false;
  errored: (Error & { code?: string }) | null = null;
  socket: unknown = null;
  stream: unknown = undefined;
  headers: Record<string, unknown> = {};

  getHeader(name: string): unknown {
    return this.headers[name];
  }
}

/** A stream of HTTP/2. */
export class FakeStream extends EventEmitter {
  destroyed = false;
  closed = false;
  aborted = false;
  rstCode = 0;

  /** The stream closes. */
  end(): void {
    this.destroyed = true;
    this.closed = true;
    this.emit('close');
  }
}

/** A request and its response without a network under them, and ways to end them. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly fake: FakeResponse;
  readonly connection: FakeConnection;
  /** Everything was handed over, as Node's own server tells it. */
  send(statusCode?: number): void;
}

interface Given {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers?: Record<string, string>;
  /** Of an earlier request, kept alive. */
  readonly connection?: FakeConnection;
  /** Carried by HTTP/2. */
  readonly stream?: FakeStream;
}

/** Makes an exchange that a server of Node's carries, HTTP/1 unless a stream is given. */
export const exchange = (given: Given = {}): Exchange => {
  const { connection = new FakeConnection(), stream, headers = {} } = given;
  const fake = new FakeResponse();
  const response = fake as unknown as HttpResponse;
  const request = {
    method: 'method' in given ? given.method : 'GET',
    url: 'url' in given ? given.url : '/',
    headers,
    httpVersionMajor: stream === undefined ? 1 : 2,
    get socket(): unknown {
      // As HTTP/2 has it: a simulation that must not be looked at.
      if (stream !== undefined) throw new Error('ERR_HTTP2_SOCKET_UNBOUND');
      return connection;
    },
  } as unknown as HttpRequest;
  if (stream === undefined) {
    fake.socket = connection;
    connection._httpMessage = fake;
  } else fake.stream = stream;
  return {
    request,
    response,
    fake,
    connection,
    send(statusCode = 200) {
      Object.assign(fake, { statusCode, headersSent: true, writableFinished: true });
      connection._httpMessage = undefined;
      fake.emit('finish');
      channel('http.server.response.finish').publish({ request, response, socket: connection });
    },
  };
};
