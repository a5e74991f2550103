import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createHeartbeat,
  createFetchTransport,
  createNodeTransport,
  isLubdubError,
} from '../src/index.ts';
import { lubdub } from '../src/providers/lubdub.ts';
import { webhook } from '../src/providers/webhook.ts';
import type { NodeTransportOptions, TransportRequest, TransportResult } from '../src/index.ts';
import { sendInChild } from '../src/leaving/exit-child.ts';

let server: Server;
let port = 0;
let requests: IncomingMessage[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    if (request.url === '/redirect')
      response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
beforeEach(() => (requests = []));

const asking = (url: string, more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'GET',
  url,
  headers: {},
  body: undefined,
  timeoutMs: 60_000,
  ...more,
});

const sendOver = async (
  options: NodeTransportOptions,
  request: TransportRequest,
): Promise<TransportResult> => {
  const transport = createNodeTransport(options);
  const result = await new Promise<TransportResult>((resolve) => transport.send(request, resolve));
  transport.close();
  return result;
};

/** A resolver that gives the lists one after the other, the last for ever; says how often it was asked and for what. */
const answering = (
  ...lists: readonly (readonly string[])[]
): { lookup: LookupFunction; asked: unknown[] } => {
  const asked: unknown[] = [];
  const lookup: LookupFunction = (_host, options, callback) => {
    const list = lists[Math.min(asked.length, lists.length - 1)] ?? [];
    asked.push(options.all);
    const found = list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(() => callback(null, found));
  };
  return { lookup, asked };
};

describe('the address connected to', () => {
  it('is open without options when the host is written as a local one', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await sendOver({}, asking(`http://${host}:${port}/`))).toMatchObject({ status: 200 });
    }
  });

  it('is refused when a name leads to this machine', async () => {
    const { lookup, asked } = answering(['127.0.0.1']);
    const result = await sendOver({ lookup }, asking(`https://evil.example:${port}/`));
    expect(result).toMatchObject({ kind: 'failure', reason: 'address-refused', sent: false });
    expect(asked).toEqual([true]);
    expect(requests).toEqual([]);
  });

  it.each([
    '10.0.0.1',
    '169.254.169.254',
    '::ffff:10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    '0.0.0.0',
    '224.0.0.1',
  ])('is refused when any answer of a look-up is %s', async (address) => {
    for (const list of [[address], ['93.184.215.14', address], [address, '93.184.215.14']]) {
      const { lookup } = answering(list);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const result = await sendOver({ lookup }, asking('https://service.example/'));
      expect(result).toMatchObject({ reason: 'address-refused', sent: false });
    }
  });

  it('is judged anew when a name answers differently the second time', async () => {
    const { lookup, asked } = answering(['127.0.0.1'], ['169.254.169.254']);
    const transport = createNodeTransport({ lookup });
    const send = (path: string): Promise<TransportResult> =>
      new Promise((resolve) =>
        transport.send(
          asking(`http://rebinding.example:${port}${path}`, {
            allowPrivateNetwork: true,
            headers: { connection: 'close' },
          }),
          resolve,
        ),
      );
    expect(await send('/first')).toMatchObject({ status: 200 });
    expect(await send('/second')).toMatchObject({ reason: 'address-refused' });
    expect(asked).toHaveLength(2);
    expect(requests).toHaveLength(1);
    transport.close();
  });

  it('opens private addresses and plain HTTP there by the option, metadata never', async () => {
    const allowPrivateNetwork = true;
    const home = answering(['127.0.0.1']);
    expect(
      await sendOver(home, asking(`http://kuma.lan:${port}/`, { allowPrivateNetwork })),
    ).toMatchObject({ status: 200 });
    for (const host of [
      '169.254.169.254',
      '100.100.100.200',
      '[fd00:ec2::254]',
      '[::ffff:a9fe:a9fe]',
      '2852039166',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const result = await sendOver({}, asking(`http://${host}/`, { allowPrivateNetwork }));
      expect(result).toMatchObject({ reason: 'address-refused', sent: false });
    }
    const abroad = answering(['93.184.215.14']);
    expect(
      await sendOver(abroad, asking('http://service.example/', { allowPrivateNetwork })),
    ).toMatchObject({ reason: 'address-refused', message: expect.stringContaining('use https') });
  });

  it('is checked where no look-up happens: in every spelling of the host', async () => {
    for (const host of [
      '10.0.0.1',
      '0xa.1',
      '012.1',
      '167772161',
      '[::ffff:10.0.0.1]',
      '[fd00::1]',
      '0.0.0.0',
    ])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await sendOver({}, asking(`https://${host}/`))).toMatchObject({
        reason: 'address-refused',
      });
  });

  it('does not lend a connection of an open request to one that is not', async () => {
    const { lookup } = answering(['127.0.0.1']);
    const transport = createNodeTransport({ lookup });
    const send = (allowPrivateNetwork: boolean): Promise<TransportResult> =>
      new Promise((resolve) =>
        transport.send(asking(`http://name.localhost:${port}/`, { allowPrivateNetwork }), resolve),
      );
    expect(await send(true)).toMatchObject({ status: 200 });
    expect(await send(false)).toMatchObject({ status: 200 });
    const sockets = new Set(requests.map(({ socket }) => socket));
    expect(sockets.size).toBe(2);
    transport.close();
  });

  it('follows no redirect, over node:http and over fetch', async () => {
    const request = asking(`http://127.0.0.1:${port}/redirect`);
    expect(await sendOver({}, request)).toMatchObject({ status: 302 });
    const fetching = createFetchTransport();
    const result = await new Promise<TransportResult>((resolve) => fetching.send(request, resolve));
    expect(result).toMatchObject({ status: 302 });
    expect(requests.map(({ url }) => url)).toEqual(['/redirect', '/redirect']);
  });
});

describe('an agent that was handed in', () => {
  it('is judged by the address it reached, even when it looks names up itself', async () => {
    const agent = new HttpsAgent({ lookup: answering(['127.0.0.1']).lookup });
    const { lookup, asked } = answering(['93.184.215.14']);
    const result = await sendOver({ agent, lookup }, asking(`https://service.example:${port}/`));
    expect(result).toMatchObject({ reason: 'address-refused', sent: false });
    expect(asked).toEqual([]);
    agent.destroy();
  });

  it('may be a proxy: its own address is not judged, what the URL says is', async () => {
    class ProxyAgent extends Agent {
      override createConnection(): ReturnType<Agent['createConnection']> {
        return super.createConnection({ host: '127.0.0.1', port });
      }
    }
    const agent = new ProxyAgent();
    expect(
      await sendOver({ agent }, asking('http://kuma.lan/', { allowPrivateNetwork: true })),
    ).toMatchObject({ status: 200 });
    expect(
      await sendOver({ agent }, asking('http://169.254.169.254/', { allowPrivateNetwork: true })),
    ).toMatchObject({
      reason: 'address-refused',
    });
    agent.destroy();
  });
});

describe('a client', () => {
  it.each([
    ['http://monitor.example.com', 'ERR_LUBDUB_ADDRESS_REFUSED'],
    ['http://10.0.0.1:4747', 'ERR_LUBDUB_ADDRESS_REFUSED'],
    ['https://192.168.1.5', 'ERR_LUBDUB_ADDRESS_REFUSED'],
    ['https://169.254.169.254', 'ERR_LUBDUB_ADDRESS_REFUSED'],
    ['https://0x7f000002', undefined],
    ['http://localhost:4747', undefined],
    ['http://[::1]:4747', undefined],
    ['https://fd-monitor.example.com', undefined],
    ['https://10.example.com', undefined],
  ] as const)('made with %s throws %s', (baseUrl, code) => {
    let thrown: unknown;
    try {
      void createHeartbeat({ provider: lubdub({ baseUrl }) }).close();
    } catch (error) {
      thrown = error;
    }
    const { code: got, option } = (thrown ?? {}) as { code?: string; option?: string };
    expect({ got, option }).toEqual({
      got: code,
      option: code === undefined ? undefined : 'allowPrivateNetwork',
    });
  });

  it.each(['http://10.0.0.1:4747', 'http://monitor.lan', 'https://[fd00::1]'])(
    'may be made with %s when the private network is open, for all or for one',
    async (baseUrl) => {
      const network = { allowPrivateNetwork: true };
      const forAll = createHeartbeat({ provider: lubdub({ baseUrl }), network });
      const forOne = createHeartbeat({ provider: lubdub({ baseUrl, ...network }) });
      expect([forAll.stats().pending, forOne.stats().pending]).toEqual([0, 0]);
      await Promise.all([forAll.close(), forOne.close()]);
    },
  );

  it('hears once that a name leads into the private network, as a typed error that names the option', async () => {
    const warnings: string[] = [];
    const heartbeat = createHeartbeat({
      provider: lubdub({ baseUrl: 'https://service.example' }),
      transport: createNodeTransport({ lookup: answering(['10.0.0.7'], ['10.0.0.8']).lookup }),
      logger: { warn: (text) => void warnings.push(text), error: () => undefined },
    });
    for (const key of ['first', 'second']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const error: unknown = await heartbeat.ping(key).catch((thrown: unknown) => thrown);
      expect(isLubdubError(error, 'ERR_LUBDUB_ADDRESS_REFUSED')).toBe(true);
      expect(error).toMatchObject({ option: 'allowPrivateNetwork' });
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('allowPrivateNetwork: true');
    await heartbeat.close();
  });

  it('never sends a request whose URL or headers hold control characters', async () => {
    const headers = { 'x-injected': 'a\r\nx-admin: 1' };
    let outcome: unknown;
    try {
      const heartbeat = createHeartbeat({
        provider: webhook({ url: `http://127.0.0.1:${port}/hook`, headers }),
      });
      outcome = (await heartbeat.ping('x')).status;
      await heartbeat.close();
    } catch (error) {
      outcome = isLubdubError(error) ? 'rejected' : error;
    }
    expect(outcome).toBe('rejected');
    expect(requests).toEqual([]);
  });
});

describe('the child that sends at exit', () => {
  const group = (url: string, allowPrivateNetwork = false) => [
    [{ method: 'GET', url, headers: {}, body: undefined, allowPrivateNetwork }],
  ];

  it.each([
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'https://0.0.0.0/',
    'http://name.example/',
  ])('sends nothing to %s', (url) =>
    expect(sendInChild(group(url), 60_000)).toEqual([[{ status: 0, headers: {}, body: '' }]]),
  );
});
