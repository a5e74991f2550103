import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A ping as our own monitor's batch API receives it. */
export interface ReceivedPing {
  readonly id: string;
  readonly key: string;
  readonly state: 'start' | 'success' | 'fail' | 'log';
  readonly timestampMs: number;
  readonly runId?: string;
  readonly durationMs?: number;
  readonly message?: string;
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly count?: number;
}

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Answers a request itself; true: it did, false: the ordinary answer is given. */
export type Misbehave = (
  request: ReceivedRequest,
  response: ServerResponse,
  socket: Socket,
) => boolean;

/** A real HTTP server on the loopback interface that takes pings of the `lubdub` provider and remembers them. */
export interface PingServer {
  /** Its root, for `lubdub({ baseUrl })`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Every ping of every request that was answered well, in order of arrival, repeated ones included. */
  readonly pings: readonly ReceivedPing[];
  /** The pings with each id once. */
  readonly distinct: readonly ReceivedPing[];
  /** From now on asks this first, for outages and faults; undefined ends it. */
  misbehave(how: Misbehave | undefined): void;
  /** Resolves when the condition holds, looked at after each request; rejects after `timeoutMs` (default 10,000). */
  until(condition: (server: PingServer) => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  request.setEncoding('utf8');
  for await (const part of request) body += String(part);
  return body;
};

const pingsOf = (body: string): readonly ReceivedPing[] => {
  try {
    return (JSON.parse(body) as { pings?: ReceivedPing[] }).pings ?? [];
  } catch {
    return [];
  }
};

class RecordingPingServer implements PingServer {
  readonly requests: ReceivedRequest[] = [];
  readonly pings: ReceivedPing[] = [];
  readonly #server: Server;
  readonly #watchers = new Set<() => void>();
  #misbehave: Misbehave | undefined;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get distinct(): readonly ReceivedPing[] {
    return [...new Map(this.pings.map((ping) => [ping.id, ping])).values()];
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  misbehave(how: Misbehave | undefined): void {
    this.#misbehave = how;
  }

  until(condition: (server: PingServer) => boolean, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition(this)) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(
          new Error(
            `not within ${timeoutMs} ms; received ${JSON.stringify(this.pings.map(({ key, state }) => `${key} ${state}`))}`,
          ),
        );
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      const received: ReceivedRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
      };
      this.requests.push(received);
      if (this.#misbehave?.(received, response, request.socket) !== true) {
        const pings = pingsOf(body);
        this.pings.push(...pings);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ accepted: pings.length, duplicates: 0, rejected: [] }));
      }
    } catch {
      // The client has gone; what it sent in full was counted.
    }
    for (const look of [...this.#watchers]) look();
  }
}

/** Starts a ping server on a free port of 127.0.0.1. */
export const startPingServer = async (): Promise<PingServer> => {
  const server = new RecordingPingServer();
  await server.listen();
  return server;
};
