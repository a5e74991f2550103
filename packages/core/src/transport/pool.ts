import type { TlsOptions } from '../network/network-options.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { hungUp } from './failures.ts';
import type { Route } from './node-route.ts';

interface Waiting {
  readonly exchange: Exchange;
  readonly route: Route;
}

/** The kept-alive connections to one origin. */
class Origin implements ConnectionOwner {
  readonly tls: TlsOptions | undefined;
  session: Buffer | undefined;
  readonly #most: number;
  readonly #open = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: Waiting[] = [];

  constructor(most: number, tls: TlsOptions | undefined) {
    this.#most = most;
    this.tls = tls;
    this.session = undefined;
  }

  send(exchange: Exchange, route: Route): void {
    const idle = this.#takeIdle();
    if (idle !== undefined) idle.carry(exchange);
    else if (this.#open.size < this.#most) this.#connect(exchange, route);
    else this.#waiting.push({ exchange, route });
  }

  free(connection: Connection): void {
    const next = this.#nextWaiting();
    if (next === undefined) this.#idle.push(connection);
    else connection.carry(next.exchange);
  }

  gone(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const next = this.#nextWaiting();
    if (next !== undefined) this.#connect(next.exchange, next.route);
  }

  close(): void {
    for (const { exchange } of this.#waiting.splice(0)) exchange.fail(hungUp());
    for (const connection of this.#open) connection.end();
  }

  /** The one used last: the others may close, and a pool that is too large shrinks. */
  #takeIdle(): Connection | undefined {
    let connection = this.#idle.pop();
    while (connection !== undefined && performance.now() >= connection.usableUntilMs) {
      connection.drop();
      connection = this.#idle.pop();
    }
    return connection;
  }

  #connect(exchange: Exchange, route: Route): void {
    try {
      const connection = new Connection(route, this);
      this.#open.add(connection);
      connection.carry(exchange);
    } catch (error) {
      exchange.fail(error);
    }
  }

  /** What has run out of time while it waited is not sent. */
  #nextWaiting(): Waiting | undefined {
    let next = this.#waiting.shift();
    while (next?.exchange.over === true) next = this.#waiting.shift();
    return next;
  }
}

/** Kept-alive connections by origin; not shared with requests that may go to fewer places. */
export class Pool {
  readonly #most: number;
  readonly #tls: TlsOptions | undefined;
  readonly #origins = new Map<string, Origin>();

  /** `most`: connections to one origin. */
  constructor(most: number, tls: TlsOptions | undefined) {
    this.#most = most;
    this.#tls = tls;
  }

  send(exchange: Exchange, route: Route): void {
    let origin = this.#origins.get(route.origin);
    if (origin === undefined) {
      origin = new Origin(this.#most, this.#tls);
      this.#origins.set(route.origin, origin);
    }
    origin.send(exchange, route);
  }

  /** Ends every connection, and what is on its way over it. */
  close(): void {
    for (const origin of this.#origins.values()) origin.close();
    this.#origins.clear();
  }
}
