import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from '../network/network-options.ts';
import { addressRefusal } from '../network/policy.ts';
import type { Carrier, Exchange } from './exchange.ts';
import { isDirect, type Route } from './node-route.ts';
import { defaultMaxBodyBytes, type TransportResponse } from './transport.ts';

const headersOf = (message: IncomingMessage): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
};

/** An exchange over node:http and an agent that was handed in: it may be a proxy's, and only node:http can ask it. */
class AgentCarrier implements Carrier {
  sent = false;
  readonly #exchange: Exchange;
  readonly #route: Route;
  readonly #direct: boolean;
  readonly #wire: ClientRequest;
  readonly #most: number;
  #response: IncomingMessage | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(exchange: Exchange, route: Route, agent: Agent, tls: TlsOptions | undefined) {
    const { method, headers: given, body, maxBodyBytes } = exchange.request;
    this.#exchange = exchange;
    this.#route = route;
    this.#direct = isDirect(agent);
    this.#most = maxBodyBytes ?? defaultMaxBodyBytes;
    const headers: Record<string, string | number> = { ...given };
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
    else if (method !== 'GET') headers['content-length'] = 0;
    const { host, port, path, lookup } = route;
    const target = { host, port, path, ...(lookup === undefined ? {} : { lookup }) };
    const send = route.https ? httpsRequest : httpRequest;
    this.#wire = send({ ...tls, ...target, method, headers, agent });
    this.#watch();
    this.#wire.end(body);
  }

  partial(): TransportResponse | undefined {
    if (this.#response === undefined) return undefined;
    return {
      kind: 'response',
      status: this.#response.statusCode ?? 0,
      headers: headersOf(this.#response),
      body: Buffer.concat(this.#chunks).toString('utf8', 0, this.#most),
    };
  }

  drop(): void {
    this.#wire.destroy();
  }

  #watch(): void {
    const wire = this.#wire;
    wire.on('socket', (socket) => this.#socket(socket));
    wire.on('response', (response) => this.#answered(response));
    wire.on('error', (error) => this.#exchange.broke(error));
    // A server that answers 101 without being asked to has broken the protocol.
    wire.on('upgrade', (_response, socket) => {
      socket.destroy();
      this.#exchange.finish({
        kind: 'failure',
        reason: 'protocol',
        message: 'the service answered with an upgrade',
        sent: true,
      });
    });
  }

  #socket(socket: Socket): void {
    // A ping on its way never keeps the process alive by itself; leaving is decided elsewhere.
    socket.unref();
    if (!socket.connecting) this.sent = true;
    else socket.once('connect', () => this.#reached(socket));
  }

  /** An agent may have looked the name up in its own way: what it reached is what counts, unless that is a proxy. */
  #reached(socket: Socket): void {
    const { remoteAddress } = socket;
    const refusal =
      remoteAddress === undefined || !this.#direct
        ? undefined
        : addressRefusal(remoteAddress, this.#route.destination);
    if (refusal === undefined) this.sent = true;
    else socket.destroy(refusal);
  }

  #answered(response: IncomingMessage): void {
    this.#response = response;
    const respond = (): void => this.#exchange.finish(this.partial() as TransportResponse);
    response.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes < this.#most) return;
      respond();
      response.destroy();
    });
    // In full, or cut off after the headers: the status is known, and that is what counts.
    response.on('close', respond);
    response.on('error', respond);
  }
}

/** Sends an exchange by an agent. Throws what node:http throws for a request that it cannot write. */
export const sendByAgent = (
  exchange: Exchange,
  route: Route,
  agent: Agent,
  tls: TlsOptions | undefined,
): void => {
  exchange.carrier = new AgentCarrier(exchange, route, agent, tls);
};
