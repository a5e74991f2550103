import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsOptions } from '../network/network-options.ts';
import { addressRefusal } from '../network/policy.ts';
import { AnswerReader } from './answer-reader.ts';
import type { Carrier, Exchange } from './exchange.ts';
import { hungUp } from './failures.ts';
import type { Route } from './node-route.ts';
import type { RequestHead } from './request-text.ts';
import type { TransportResponse } from './transport.ts';

/** Where connections come from and go back to. */
export interface ConnectionOwner {
  readonly tls: TlsOptions | undefined;
  /** The TLS session seen last, which saves the next connection half of its handshake. */
  session: Buffer | undefined;
  /** The connection is free for another request. */
  free(connection: Connection): void;
  /** It is of no use any more. */
  gone(connection: Connection): void;
}

const tcpKeepAliveMs = 30_000;
const hint = /(?:^|[ ,])timeout=(\d{1,6})/iu;
const ascii = /^[\t\r\n -~]*$/u;

/** For how long the service says it keeps an idle connection, less a margin: a request must not cross its end. */
const keptForMs = (header: string | undefined): number => {
  const [, seconds] = hint.exec(header ?? '') ?? [];
  if (seconds === undefined) return Number.POSITIVE_INFINITY;
  const ms = Number(seconds) * 1_000;
  return Math.max(ms - 1_000, ms / 2);
};

const open = (route: Route, { tls, session }: ConnectionOwner): Socket => {
  const { host, port, lookup } = route;
  const where = {
    host,
    port,
    ...(lookup === undefined ? {} : { lookup }),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  };
  if (!route.https) return connect(where);
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ ...where, servername, ALPNProtocols: ['http/1.1'], session, ...tls });
};

/**
 * One connection to a service, with one exchange on it at a time: pipelining would let a slow answer hold others up. Its
 * socket never keeps the process alive; leaving is decided elsewhere.
 */
export class Connection implements Carrier {
  /** Until when it may be used again (monotonic). */
  usableUntilMs: number = Number.POSITIVE_INFINITY;
  sent = false;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #ready = false;
  #exchange: Exchange | undefined;
  #reader: AnswerReader | undefined;

  constructor(route: Route, owner: ConnectionOwner) {
    this.#owner = owner;
    const socket = open(route, owner);
    this.#socket = socket;
    socket.unref();
    socket.once('connect', () => this.#judge(route));
    socket.once(route.https ? 'secureConnect' : 'connect', () => {
      this.#ready = true;
      this.#write();
    });
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#broke(error));
    socket.on('close', () => this.#broke(hungUp()));
    if (route.https) socket.on('session', (session: Buffer) => void (owner.session = session));
  }

  /** Sends a request over it; it must be free. */
  carry(exchange: Exchange): void {
    this.sent = false;
    this.#reader = new AnswerReader(exchange.request);
    this.#exchange = exchange;
    exchange.carrier = this;
    if (this.#ready) this.#write();
  }

  partial(): TransportResponse | undefined {
    return this.#reader?.answer;
  }

  drop(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
    this.#owner.gone(this);
  }

  /** Ends it, and what is on its way over it, as if the other side had. */
  end(): void {
    this.#socket.destroy();
  }

  /** What a look-up found was judged already; what was reached is what counts. */
  #judge({ destination }: Route): void {
    const { remoteAddress } = this.#socket;
    const refusal =
      remoteAddress === undefined ? undefined : addressRefusal(remoteAddress, destination);
    if (refusal !== undefined) this.#broke(refusal);
  }

  /** In one piece, so that it leaves in one packet and one call of the system. */
  #write(): void {
    if (this.#exchange === undefined) return;
    const { head, request } = this.#exchange;
    const { body = '' } = request;
    const { text, plainBody } = head as RequestHead;
    this.sent = true;
    // Without a character of more than one byte: Node sets aside three bytes a character for UTF-8.
    if (plainBody) this.#socket.write(text + body, 'latin1');
    else if (ascii.test(text)) this.#socket.write(text + body, 'utf8');
    else this.#socket.write(Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(body)]));
  }

  #read(bytes: Buffer): void {
    const exchange = this.#exchange;
    const reader = this.#reader;
    if (exchange === undefined || reader === undefined) {
      // Nobody asked: what comes next could be taken for the answer to another request.
      this.drop();
      return;
    }
    try {
      if (!reader.read(bytes)) return;
    } catch (error) {
      this.#broke(error);
      return;
    }
    const answer = reader.answer as TransportResponse;
    // Free before the answer is told: whoever hears it may have the next request.
    if (
      exchange.head?.persistent === true &&
      reader.reusable &&
      this.#socket.writableLength === 0
    ) {
      this.#exchange = undefined;
      this.usableUntilMs = performance.now() + keptForMs(answer.headers['keep-alive']);
      this.#owner.free(this);
    } else this.drop();
    exchange.finish(answer);
  }

  #ended(): void {
    const exchange = this.#exchange;
    const answer = this.#reader?.ended() === true ? this.#reader.answer : undefined;
    if (exchange === undefined || answer === undefined) {
      this.#broke(hungUp());
      return;
    }
    this.drop();
    exchange.finish(answer);
  }

  #broke(error: unknown): void {
    const exchange = this.#exchange;
    // A session may be what was wrong.
    if (!this.#ready) this.#owner.session = undefined;
    this.drop();
    exchange?.broke(error);
  }
}
