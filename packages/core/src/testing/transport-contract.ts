import type { Transport, TransportRequest, TransportResult } from '../transport/transport.ts';
import type { ContractRunner } from './provider-contract-checks.ts';
import {
  type ContractServer,
  httpServer,
  nobody,
  rawServer,
  requestTo,
  sendOnce,
} from './transport-contract-server.ts';

const expect: (condition: boolean, message: string) => asserts condition = (condition, message) => {
  if (!condition) throw new Error(`The transport contract is broken: ${message}.`);
};

const expectFailure = (result: TransportResult, reason: string, sent?: boolean): void => {
  expect(result.kind === 'failure', `${reason} gave ${JSON.stringify(result)}`);
  expect(result.reason === reason, `the reason is "${result.reason}", not "${reason}"`);
  if (sent !== undefined) expect(result.sent === sent, `sent is ${result.sent} after ${reason}`);
};

const expectStatus: (
  result: TransportResult,
  status: number,
) => asserts result is Extract<TransportResult, { kind: 'response' }> = (result, status) => {
  expect(
    result.kind === 'response' && result.status === status,
    `${status} gave ${JSON.stringify(result)}`,
  );
};

interface Bench {
  readonly it: (name: string, check: (transport: Transport) => Promise<void>) => void;
  /** A case with a server that is closed afterwards, whatever happens. */
  readonly at: (
    name: string,
    serve: () => Promise<ContractServer>,
    check: (transport: Transport, server: ContractServer) => Promise<void>,
  ) => void;
}

const benchOf = ({ it }: ContractRunner, createTransport: () => Transport): Bench => {
  const single: Bench['it'] = (name, check) =>
    it(name, async () => {
      const transport = createTransport();
      try {
        await check(transport);
      } finally {
        transport.close();
      }
    });
  return {
    it: single,
    at: (name, serve, check) =>
      single(name, async (transport) => {
        const server = await serve();
        try {
          await check(transport, server);
        } finally {
          await server.close();
        }
      }),
  };
};

const echo = (): Promise<ContractServer> =>
  httpServer((_request, response) => response.setHeader('X-Answer', 'yes').end('thanks'));

const carries = ({ at }: Bench): void => {
  at(
    'hands over method, path, query, headers and body as they are',
    echo,
    async (transport, server) => {
      const headers = {
        'x-sent': 'grüße'.normalize('NFD').replaceAll(/[^ -~]/gu, ''),
        authorization: 'Bearer t',
      };
      const result = await sendOnce(
        transport,
        requestTo(`${server.url}/a%20b/c?d=%26e`, { method: 'PUT', headers, body: '{"ü":"€"}' }),
      );
      expectStatus(result, 200);
      const [got] = server.arrived;
      expect(got?.method === 'PUT', `the method arrived as ${got?.method}`);
      expect(got.url === '/a%20b/c?d=%26e', `the path arrived as ${got.url}`);
      expect(got.headers['x-sent'] === headers['x-sent'], 'a header changed');
      expect(got.headers.authorization === 'Bearer t', 'the authorization changed');
      expect(got.body === '{"ü":"€"}', `the body arrived as ${got.body}`);
      expect(got.headers['content-length'] === '12', 'the length is not in bytes');
    },
  );
  at('answers with status, lower-case headers and the body', echo, async (transport, server) => {
    const result = await sendOnce(transport, requestTo(server.url));
    expectStatus(result, 200);
    expect(result.headers['x-answer'] === 'yes', 'a header of the answer is missing');
    expect(result.body === 'thanks', `the body is "${result.body}"`);
  });
  at('sends a GET and a POST without a body', echo, async (transport, server) => {
    const { url } = server;
    expectStatus(
      await sendOnce(transport, requestTo(url, { method: 'GET', body: undefined })),
      200,
    );
    expectStatus(await sendOnce(transport, requestTo(url, { body: undefined })), 200);
    expect(
      server.arrived.every(({ body }) => body === ''),
      'a body was made up',
    );
    expect(server.arrived[1]?.headers['content-length'] === '0', 'an empty POST has no length');
  });
  at(
    'keeps many requests at once apart',
    () => httpServer((request, response) => response.end(request.url)),
    async (transport, server) => {
      const paths = Array.from({ length: 60 }, (_, index) => `/${index}`);
      const results = await Promise.all(
        paths.map((path) => sendOnce(transport, requestTo(server.url + path))),
      );
      results.forEach((result, index) => {
        expectStatus(result, 200);
        expect(result.body === paths[index], `request ${index} got the answer to ${result.body}`);
      });
    },
  );
};

const statuses = [204, 301, 302, 307, 308, 400, 401, 404, 408, 429, 500, 503];

const answers = ({ at }: Bench): void => {
  for (const status of statuses) {
    at(
      `takes ${status} for an answer, asks once and follows nothing`,
      () =>
        httpServer((_request, response) =>
          response.writeHead(status, { location: '/elsewhere', 'retry-after': '7' }).end(),
        ),
      async (transport, server) => {
        const result = await sendOnce(transport, requestTo(server.url));
        expectStatus(result, status);
        expect(result.headers['retry-after'] === '7', 'Retry-After is missing');
        expect(server.arrived.length === 1, `it asked ${server.arrived.length} times`);
      },
    );
  }
  at(
    'keeps no more of an endless body than asked',
    () =>
      httpServer((_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16_384)));
        };
        response.on('drain', more);
        more();
      }),
    async (transport, server) => {
      const result = await sendOnce(transport, requestTo(server.url, { maxBodyBytes: 1_000 }));
      expectStatus(result, 200);
      expect(result.body === 'x'.repeat(1_000), `it kept ${result.body.length} bytes`);
    },
  );
  const half = 'HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf';
  at(
    'knows the status of an answer that stops half-way',
    () => rawServer((socket) => socket.write(half)),
    async (transport, server) => {
      const result = await sendOnce(transport, requestTo(server.url, { timeoutMs: 2_000 }));
      expectStatus(result, 202);
      expect(result.body === 'half', `the body is "${result.body}"`);
    },
  );
  at(
    'knows the status of an answer that is cut off',
    () => rawServer((socket) => socket.write(half, () => socket.resetAndDestroy())),
    async (transport, server) => {
      expectStatus(await sendOnce(transport, requestTo(server.url)), 202);
    },
  );
};

const fails = ({ at, it }: Bench): void => {
  at(
    'gives up after the timeout',
    () => rawServer(() => undefined),
    async (transport, server) => {
      const startedMs = performance.now();
      const result = await sendOnce(transport, requestTo(server.url, { timeoutMs: 1_000 }));
      const tookMs = performance.now() - startedMs;
      expectFailure(result, 'timeout', true);
      expect(tookMs > 900, `it took only ${tookMs} ms`);
    },
  );
  at(
    'reports a connection reset and does not ask again',
    () => rawServer((socket) => socket.resetAndDestroy()),
    async (transport, server) => {
      expectFailure(await sendOnce(transport, requestTo(server.url)), 'reset', true);
      expect(server.arrived.length === 1, `it asked ${server.arrived.length} times`);
    },
  );
  at(
    'reports what is no HTTP',
    () => rawServer((socket) => socket.end('not http\r\n\r\n')),
    async (transport, server) => {
      expectFailure(await sendOnce(transport, requestTo(server.url)), 'protocol');
    },
  );
  it('reports a refused connection as not sent', async (transport) => {
    expectFailure(await sendOnce(transport, requestTo(nobody)), 'refused', false);
  });
  it('reports a name that does not resolve as not sent', async (transport) => {
    expectFailure(await sendOnce(transport, requestTo('https://nowhere.invalid/')), 'dns', false);
  });
  for (const url of [
    'https://10.0.0.1/',
    'http://169.254.169.254/',
    'https://a:b@localhost/',
    'http://example.com/',
  ]) {
    it(`refuses ${url}`, async (transport) => {
      expectFailure(await sendOnce(transport, requestTo(url)), 'address-refused', false);
    });
  }
  it('refuses cloud metadata even where private addresses are open', async (transport) => {
    const request = requestTo('http://169.254.169.254/', { allowPrivateNetwork: true });
    expectFailure(await sendOnce(transport, request), 'address-refused', false);
  });
  it('fails for a URL that cannot be read', async (transport) => {
    expect((await sendOnce(transport, requestTo('not a url'))).kind === 'failure', 'it answered');
  });
  it('tells neither path nor header in a failure', async (transport) => {
    const url = `${nobody}/top-secret-path`;
    const result = await sendOnce(
      transport,
      requestTo(url, { headers: { 'x-key': 'top-secret-header' } }),
    );
    expect(!JSON.stringify(result).includes('top-secret'), 'a failure holds a secret');
  });
};

const cancels = ({ at, it }: Bench): void => {
  const hanging = (): Promise<ContractServer> => rawServer(() => undefined);
  const cancelled = (transport: Transport, request: TransportRequest): Promise<void> =>
    sendOnce(transport, request).then((result) => expectFailure(result, 'aborted'));
  at('can be cancelled on the way', hanging, async (transport, server) => {
    const signal = AbortSignal.timeout(30);
    await cancelled(transport, requestTo(server.url, { signal }));
  });
  at('sends nothing that was cancelled before', echo, async (transport, server) => {
    await cancelled(transport, requestTo(server.url, { signal: AbortSignal.abort() }));
    expect(server.arrived.length === 0, 'it was sent');
  });
  it('may be closed twice', async (transport) => {
    transport.close();
    transport.close();
  });
};

/**
 * The contract of a {@link Transport}, against real sockets of this machine: one attempt with a timeout, exactly one result,
 * never synchronously, no redirect, no retry, no secret in a failure. `createTransport` makes a new one for every case.
 *
 * @example
 * transportContract({ describe, it }, () => createNodeTransport());
 */
export const transportContract = (
  runner: ContractRunner,
  createTransport: () => Transport,
): void => {
  const bench = benchOf(runner, createTransport);
  runner.describe('a transport', () => {
    carries(bench);
    answers(bench);
    fails(bench);
    cancels(bench);
  });
};
