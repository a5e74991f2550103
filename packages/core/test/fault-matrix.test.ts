import { describe, expect, it } from 'vitest';
import {
  createFetchTransport,
  createHeartbeat,
  createNodeTransport,
  type Provider,
  type ProviderOutcome,
  type Transport,
} from '../src/index.ts';
import { interpretStatus } from '../src/providers/provider.ts';
import { agentTransport } from './support/agent-transport.ts';
import {
  type FaultServer,
  httpFault,
  rawFault,
  refusedUrl,
  untrustedFault,
} from './support/fault-server.ts';

interface Expected {
  readonly status: string;
  readonly reason: string | undefined;
  readonly attempts: number;
  readonly httpStatus?: number;
}

interface Fault {
  readonly name: string;
  serve(): Promise<FaultServer>;
  readonly expected: Expected;
  /** Where the service hangs; elsewhere no attempt may end by it. */
  readonly timeoutMs?: number;
  /** Least time between two attempts, when the service names it. */
  readonly leastGapMs?: number;
}

const maxAttempts = 3;
const unreachable = (reason: string): Expected => ({
  status: 'unreachable',
  reason,
  attempts: maxAttempts,
});
const address = (url: string): FaultServer => ({
  url,
  arrivedMs: [],
  close: async () => undefined,
});
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}) =>
  (): Promise<FaultServer> =>
    httpFault((_request, response) => response.writeHead(code, headers).end());
const headersOnly = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
const endless = (): Promise<FaultServer> =>
  httpFault((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  });

const faults: readonly Fault[] = [
  {
    name: 'a name that does not resolve',
    serve: async () => address('https://nowhere.invalid/'),
    expected: unreachable('dns'),
  },
  {
    name: 'a refused connection',
    serve: async () => address(refusedUrl),
    expected: unreachable('refused'),
  },
  {
    name: 'a reset before the headers',
    serve: () => rawFault('', 'reset'),
    expected: unreachable('reset'),
  },
  {
    name: 'a reset after the headers',
    serve: () => rawFault(headersOnly, 'reset'),
    expected: { status: 'accepted', reason: undefined, attempts: 1, httpStatus: 200 },
  },
  {
    name: 'no answer at all',
    serve: () => rawFault('', 'hang'),
    expected: unreachable('timeout'),
    timeoutMs: 400,
  },
  {
    name: 'a body that stops half-way',
    serve: () => rawFault(headersOnly, 'hang'),
    expected: { status: 'accepted', reason: undefined, attempts: 1, httpStatus: 200 },
    timeoutMs: 6_000,
  },
  {
    name: 'a body without end',
    serve: endless,
    expected: { status: 'accepted', reason: undefined, attempts: 1, httpStatus: 200 },
  },
  {
    name: '429 with Retry-After in seconds',
    serve: status(429, { 'retry-after': '1' }),
    expected: {
      status: 'rate-limited',
      reason: 'http-429',
      attempts: maxAttempts,
      httpStatus: 429,
    },
    leastGapMs: 990,
  },
  {
    name: '429 with Retry-After as a date',
    serve: () =>
      httpFault((_request, response) =>
        response
          .writeHead(429, { 'retry-after': new Date(Date.now() + 2_000).toUTCString() })
          .end(),
      ),
    expected: {
      status: 'rate-limited',
      reason: 'http-429',
      attempts: maxAttempts,
      httpStatus: 429,
    },
    leastGapMs: 900,
  },
  { name: '408', serve: status(408), expected: { ...unreachable('http-408'), httpStatus: 408 } },
  { name: '500', serve: status(500), expected: { ...unreachable('http-500'), httpStatus: 500 } },
  { name: '503', serve: status(503), expected: { ...unreachable('http-503'), httpStatus: 503 } },
  {
    name: '301, which is never followed',
    serve: status(301, { location: '/elsewhere' }),
    expected: { status: 'rejected', reason: 'http-301', attempts: 1, httpStatus: 301 },
  },
  {
    name: '401',
    serve: status(401),
    expected: { status: 'rejected', reason: 'http-401', attempts: 1, httpStatus: 401 },
  },
  { name: 'a certificate that nobody trusts', serve: untrustedFault, expected: unreachable('tls') },
  {
    name: 'garbage instead of HTTP',
    serve: () => rawFault('\u0000\u0001 not http at all\r\n\r\n', 'end'),
    expected: unreachable('protocol'),
  },
];

const transports: readonly { readonly name: string; readonly create: () => Transport }[] = [
  { name: 'node-http', create: () => createNodeTransport() },
  { name: 'node-http with an agent', create: agentTransport },
  { name: 'fetch', create: () => createFetchTransport() },
];

const providerAt = (url: string): Provider => ({
  name: 'faulty',
  origins: [url],
  capabilities: {
    states: ['success', 'fail'],
    text: false,
    metadata: false,
    runId: 'uuid',
    exitCode: false,
    duration: false,
    clientTimestamp: true,
    metrics: false,
    environment: false,
    groupKey: false,
    idempotent: false,
    acceptIsProof: true,
    limitsRunDuration: false,
    count: false,
    rateLimits: [],
  },
  toRequest: (ping) => ({ method: 'POST', url, body: ping.id }),
  interpret: (response) => interpretStatus(response, true),
});

const outcomeOf = (heartbeat: ReturnType<typeof createHeartbeat>): Promise<ProviderOutcome> =>
  new Promise((resolve) => {
    for (const name of ['ping-sent', 'ping-failed', 'ping-dropped'] as const)
      heartbeat.on(name, ({ ping, outcome }) => {
        if (ping.state === 'success') resolve(outcome);
      });
  });

describe.each(transports)('over $name', ({ create }) => {
  describe.concurrent.each(faults)('$name', (fault) => {
    it.each(['background', 'await'] as const)(
      'ends in one typed outcome and leaves the job alone (%s)',
      async (settle) => {
        const server = await fault.serve();
        const heartbeat = createHeartbeat({
          provider: providerAt(server.url),
          transport: create(),
          // A busy machine must not make a timeout of what is none.
          timeoutMs: fault.timeoutMs ?? 30_000,
          retry: { baseMs: 1, maxAttempts },
          breaker: { failures: 100 },
          logger: { warn: () => undefined, error: () => undefined },
        });
        const outcome = outcomeOf(heartbeat);
        const job = heartbeat.wrap('job', async (value: number) => value * 2, {
          settle,
          settleBudgetMs: 50,
        });
        expect(await job(21)).toBe(42);
        const { status: got, reason, attempts, httpStatus } = await outcome;
        expect({ status: got, reason, attempts, httpStatus }).toEqual({
          httpStatus: undefined,
          ...fault.expected,
        });
        const arrived = server.arrivedMs;
        const gaps = arrived.slice(1).map((at, index) => at - (arrived[index] as number));
        for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(fault.leastGapMs ?? 0);
        expect(heartbeat.stats().pending).toBe(0);
        await heartbeat.close();
        await server.close();
      },
    );
  });
});
