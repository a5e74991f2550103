import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path without query, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes. */
  readonly body: Buffer;
}

/** What a receiver answers; `hang` never answers, `reset` closes the connection. */
export type Answer =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hang'
  | 'reset';

/** A listening receiver. */
export interface Receiver {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Every request, in the order of arrival, those that were refused included. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves as soon as `count` requests came, and rejects after `timeoutMs` (default 90,000). */
  arrived(count: number, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const read = async (request: IncomingMessage): Promise<ReceivedRequest> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://receiver');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
  };
};

const reply = (response: ServerResponse, answer: Answer): void => {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.destroy();
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
  const type = typeof answer.body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
  response.end(text);
};

/** Listens on a free port of the loopback address and answers each request with what `handle` returns. */
export const startReceiver = async (
  handle: (request: ReceivedRequest) => Answer,
): Promise<Receiver> => {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const received = await read(request);
      requests.push(received);
      reply(response, handle(received));
      for (const wake of waiting) wake();
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arrived: (count, timeoutMs = 90_000) =>
      new Promise((resolve, reject) => {
        const finish = (error?: Error): void => {
          clearTimeout(timer);
          waiting.delete(look);
          if (error === undefined) resolve();
          else reject(error);
        };
        const look = (): void => {
          if (requests.length >= count) finish();
        };
        const timer = setTimeout(() => {
          finish(new Error(`${requests.length} of ${count} requests came within ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      }),
  };
};

/** The JSON of a body, or undefined when it is none. */
export const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** A plain object, or undefined. */
export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

/** Refuses the n-th and later requests within a window of one minute, counted by name. */
export const minuteLimit = (count: number, nowMs: () => number): ((name: string) => boolean) => {
  const seen = new Map<string, number[]>();
  return (name) => {
    const recent = (seen.get(name) ?? []).filter((at) => nowMs() - at < 60_000);
    seen.set(name, recent);
    if (recent.length >= count) return false;
    recent.push(nowMs());
    return true;
  };
};
