import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeTransport } from '../src/index.ts';
import type { Transport, TransportRequest, TransportResult } from '../src/index.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) close();
});

const opened = (...[options]: Parameters<typeof createNodeTransport>): Transport => {
  const transport = createNodeTransport(options);
  closers.push(() => transport.close());
  return transport;
};

const sendTo = (
  transport: Transport,
  url: string,
  more: Partial<TransportRequest> = {},
): Promise<TransportResult> => {
  const request = { method: 'POST', url, headers: {}, body: '{}', timeoutMs: 60_000, ...more };
  return new Promise((resolve) => transport.send(request, resolve));
};

const listen = async (server: Server): Promise<number> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

/** Answers each piece of each connection by what `answer` writes; tells of connections as they come. */
const rawServer = async (
  answer: (socket: Socket, text: string, connection: number) => void,
): Promise<{ url: string; sockets: Socket[] }> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1'), connection));
  });
  closers.push(() => sockets.forEach((socket) => socket.destroy()));
  return { url: `http://127.0.0.1:${await listen(server)}/`, sockets };
};

/** Resolves when it is closed, however it came to that. */
const closed = (socket: Socket | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (socket === undefined || socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n';
const whole = `${ok}\r\nok`;

describe('a connection', () => {
  it('carries one request after the other', async () => {
    const { url, sockets } = await rawServer((socket) => socket.write(whole));
    const transport = opened();
    for (let index = 0; index < 5; index += 1)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await sendTo(transport, url)).toMatchObject({ status: 200, body: 'ok' });
    expect(sockets).toHaveLength(1);
  });

  it('is not used again when the service or the caller wants it closed', async () => {
    for (const [head, headers] of [
      [`${ok}Connection: close\r\n`, {}],
      [ok, { Connection: 'close' }],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { url, sockets } = await rawServer((socket) => socket.write(`${head}\r\nok`));
      const transport = opened();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      for (const _ of [1, 2]) await sendTo(transport, url, { headers });
      expect(sockets).toHaveLength(2);
    }
  });

  it('that the service closed while it was idle is replaced', async () => {
    const { url, sockets } = await rawServer((socket) => socket.end(whole));
    const transport = opened();
    await sendTo(transport, url);
    await closed(sockets[0]);
    expect(await sendTo(transport, url)).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(2);
  });

  it('on which the service speaks without being asked never carries another request', async () => {
    const { url, sockets } = await rawServer((socket) => socket.write(whole));
    const transport = opened();
    await sendTo(transport, url);
    sockets[0]?.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n');
    await closed(sockets[0]);
    expect(await sendTo(transport, url)).toMatchObject({ status: 200, body: 'ok' });
    expect(sockets).toHaveLength(2);
  });

  it('with more in it than the answer is not used again', async () => {
    const { url, sockets } = await rawServer((socket) => socket.write(`${whole}${whole}`));
    const transport = opened();
    for (const _ of [1, 2])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await sendTo(transport, url)).toMatchObject({ status: 200, body: 'ok' });
    expect(sockets).toHaveLength(2);
  });

  it('that the service gives no time is not used again', async () => {
    const head = `${ok}Keep-Alive: timeout=0, max=5\r\n`;
    const { url, sockets } = await rawServer((socket) => socket.write(`${head}\r\nok`));
    const transport = opened();
    for (const _ of [1, 2]) await sendTo(transport, url);
    expect(sockets).toHaveLength(2);
  });

  it('that hangs is given up with its request, and what waits for a place gets one', async () => {
    let asked = 0;
    const { url, sockets } = await rawServer((socket) => {
      asked += 1;
      if (asked !== 2) socket.write(whole);
    });
    const transport = opened({ maxSockets: 1 });
    // The one that hangs goes out at once, on a connection that is there: not even a slow machine gives it up unsent.
    await sendTo(transport, url);
    const results = await Promise.all([
      sendTo(transport, url, { timeoutMs: 50 }),
      sendTo(transport, url),
      sendTo(transport, url),
    ]);
    expect(results).toMatchObject([
      { reason: 'timeout', sent: true },
      { body: 'ok' },
      { body: 'ok' },
    ]);
    expect(sockets).toHaveLength(2);
  });

  it('ends with its transport, and so does what waits', async () => {
    const { url, sockets } = await rawServer(() => transport.close());
    const transport = opened({ maxSockets: 1 });
    const results = await Promise.all([sendTo(transport, url), sendTo(transport, url)]);
    expect(results).toMatchObject([
      { reason: 'reset', sent: true },
      { reason: 'reset', sent: false },
    ]);
    expect(sockets).toHaveLength(1);
  });
});

describe('a request', () => {
  const echo = async (): Promise<{ url: string; arrived: Record<string, unknown>[] }> => {
    const arrived: Record<string, unknown>[] = [];
    const server = createHttpServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        arrived.push({ ...request.headers, body });
        response.end();
      });
    });
    return { url: `http://127.0.0.1:${await listen(server)}/`, arrived };
  };

  it('says itself how long it is, whatever its headers say', async () => {
    const { url, arrived } = await echo();
    const headers = {
      'Content-Length': '1',
      'Transfer-Encoding': 'chunked',
      Host: 'other.example',
    };
    await sendTo(opened(), url, { headers, body: '{"ü":"€"}' });
    expect(arrived).toMatchObject([
      { 'content-length': '12', host: 'other.example', body: '{"ü":"€"}' },
    ]);
    expect(arrived[0]?.['transfer-encoding']).toBeUndefined();
  });

  it('may have headers in Latin-1, and a large body', async () => {
    const { url, arrived } = await echo();
    const body = '€'.repeat(500_000);
    await sendTo(opened(), url, { headers: { 'x-name': 'Köln' }, body });
    expect(arrived[0]?.['x-name']).toBe('Köln');
    expect(arrived[0]?.['body'] === body).toBe(true);
  });

  it.each([{ 'x-name': 'a\r\nx-admin: 1' }, { 'x-name': '€' }, { 'x name': '1' }, { '': '1' }])(
    'with %o is never sent',
    async (headers) => {
      const { url, arrived } = await echo();
      for (const agent of [undefined, new Agent()])
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(await sendTo(opened({ agent }), url, { headers })).toMatchObject({
          reason: 'invalid',
          sent: false,
        });
      expect(arrived).toEqual([]);
    },
  );
});

describe('a connection over TLS', () => {
  const fixture = (name: string): string =>
    readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
  const cert = fixture('untrusted-certificate.pem');
  const serve = async (): Promise<{ port: number; resumed: boolean[] }> => {
    const resumed: boolean[] = [];
    const server = createHttpsServer(
      { key: fixture('untrusted-key.pem'), cert },
      (_request, response) => response.setHeader('connection', 'close').end('secret'),
    );
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    server.on('tlsClientError', () => undefined);
    return { port: await listen(server), resumed };
  };

  it('trusts the authority that it is given, and takes its session up again', async () => {
    const { port, resumed } = await serve();
    const transport = opened({ tls: { ca: cert } });
    for (const _ of [1, 2])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await sendTo(transport, `https://localhost:${port}/`)).toMatchObject({
        body: 'secret',
      });
    expect(resumed).toEqual([false, true]);
  });

  it('sends nothing to a service that it does not trust, or that has another name', async () => {
    const { port } = await serve();
    const send = (tls: object): Promise<TransportResult> =>
      sendTo(opened({ tls }), `https://localhost:${port}/`);
    expect(await send({})).toMatchObject({ reason: 'tls', sent: false });
    expect(await send({ ca: cert, servername: 'other.example' })).toMatchObject({ reason: 'tls' });
    expect(await send({ rejectUnauthorized: false })).toMatchObject({ status: 200 });
  });
});

describe('what a service answers', () => {
  const line = fc.constantFrom(
    'X-A: b',
    'Connection: keep-alive',
    'Connection: close',
    'Date: today',
  );
  const heads = fc
    .array(line, { maxLength: 3 })
    .map((lines) => lines.map((text) => `${text}\r\n`).join(''));
  const early = fc.constantFrom(
    '',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nX-B: c\r\n\r\n',
  );
  const status = fc.constantFrom(
    '200 OK',
    '204 No Content',
    '304 Not Modified',
    '429',
    '500 ü',
    '302 Found',
  );
  const body = fc.string({ maxLength: 40 });
  const framed = body.chain((text) => {
    const bytes = Buffer.byteLength(text);
    const parts = text === '' ? '' : `${bytes.toString(16)};x=y\r\n${text}\r\n`;
    return fc.constantFrom(
      `Content-Length: ${bytes}\r\n\r\n${text}`,
      `Content-Length: ${bytes + 5}\r\n\r\n${text}`,
      `Transfer-Encoding: chunked\r\n\r\n${parts}0\r\n\r\n`,
      `Transfer-Encoding: chunked\r\n\r\n${parts}0\r\nX-Last: 1\r\n\r\n`,
      `Transfer-Encoding: chunked\r\n\r\n${parts}`,
      `Transfer-Encoding: chunked\r\n\r\nzz\r\n${parts}`,
      `Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n${parts}0\r\n\r\n`,
      `Content-Length: none\r\n\r\n${text}`,
      `\r\n${text}`,
      `no header\r\n\r\n`,
      `X-Null: \u0000\r\n\r\n`,
      'Content-Le',
    );
  });

  it('is understood as node:http understands it, however its bytes are cut', async () => {
    let text = '';
    let cuts: readonly number[] = [];
    const { url } = await rawServer((socket) => {
      const bytes = Buffer.from(text);
      const at = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted(
        (a, b) => a - b,
      );
      const write = (index: number): void => {
        if (index < at.length) {
          socket.write(bytes.subarray(at[index - 1], at[index]));
          setImmediate(() => write(index + 1));
        } else socket.end();
      };
      write(1);
    });
    const own = opened();
    const agent = new Agent({ keepAlive: false });
    const byNode = opened({ agent });
    const seen = (result: TransportResult): unknown => {
      if (result.kind === 'failure') return result.reason;
      return { status: result.status, body: result.body, header: result.headers['x-a'] };
    };
    await fc.assert(
      fc.asyncProperty(
        early,
        status,
        heads,
        framed,
        fc.array(fc.nat(150), { maxLength: 4 }),
        async (first, code, head, rest, at) => {
          text = `${first}HTTP/1.1 ${code}\r\n${head}${rest}`;
          cuts = at;
          const node = seen(await sendTo(byNode, url));
          expect(seen(await sendTo(own, url))).toEqual(node);
        },
      ),
      { numRuns: 400 },
    );
  });
});
