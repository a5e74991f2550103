import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TlsOptions } from '../network/network-options.ts';
import { canSpawn, sendInChild } from './exit-child.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../test/fixtures', name));

/** Tells what it is asked, from a thread of its own: this one stands still while it waits for the child. */
const echo = `
const { parentPort, workerData } = require('node:worker_threads');
const listener = (request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => response.writeHead(201, { 'x-seen': request.headers['x-run'] ?? 'none' }).end(request.method + ' ' + request.url + ' ' + body));
};
const server = workerData === null ? require('node:http').createServer(listener) : require('node:https').createServer(workerData, listener);
server.listen(0, 'localhost', () => parentPort.postMessage(server.address().port));
`;

const startEcho = async (tls: { key: string; cert: string } | null): Promise<string> => {
  const worker = new Worker(echo, { eval: true, workerData: tls });
  onTestFinished(() => void worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  return `${tls === null ? 'http' : 'https'}://localhost:${port}`;
};

const request = (url: string, body?: string) => ({
  method: body === undefined ? 'GET' : 'POST',
  url,
  headers: { 'x-run': 'run-1' },
  body,
});

/** A bound for what hangs: each test is over as soon as its answers are there. */
const limitMs = 30_000;

describe('requests of a process that cannot wait any more', () => {
  it('leave by a child, each group in order, and come back with their answers', async () => {
    const url = await startEcho(null);
    const answers = sendInChild(
      [[request(`${url}/start`, 'a'), request(`${url}/end`, 'b')], [request(`${url}/other`)]],
      limitMs,
    );
    expect(answers?.map((group) => group.map(({ status, body }) => `${status} ${body}`))).toEqual([
      ['201 POST /start a', '201 POST /end b'],
      ['201 GET /other '],
    ]);
    expect(answers?.[1]?.[0]?.headers['x-seen']).toBe('run-1');
  });

  it.each([
    ['http://user@localhost:1/', false],
    ['http://:word@localhost:1/', false],
    ['http://10.0.0.1/', false],
    ['http://169.254.169.254/', true],
    ['ftp://localhost/', true],
  ])('do not leave at all for %s', (url, allowPrivateNetwork) => {
    const [[answer] = []] =
      sendInChild([[{ ...request(url), allowPrivateNetwork }]], limitMs) ?? [];
    expect(answer).toEqual({ status: 0, headers: {}, body: '' });
  });

  const cert = fixture('untrusted-certificate.pem');

  it.each([
    ['a Buffer', { ca: cert }, 201],
    ['bytes', { ca: new Uint8Array(cert) as Buffer }, 201],
    ['text', { ca: [cert.toString()] }, 201],
    ['nothing', {}, 0],
  ] satisfies [string, TlsOptions, number][])(
    'trust a certificate of one’s own that is given as %s',
    async (_name, tls, status) => {
      const url = await startEcho({
        key: fixture('untrusted-key.pem').toString(),
        cert: cert.toString(),
      });
      expect(sendInChild([[request(url)]], limitMs, tls)?.[0]?.[0]?.status).toBe(status);
    },
  );

  it('are given up where the child cannot be started', () => {
    vi.stubGlobal('process', { ...process, execPath: '/nowhere/node', env: {} });
    expect(sendInChild([[request('http://localhost:1/')]], limitMs)).toBeUndefined();
  });
});

describe('a child', () => {
  const given = (changes: object): boolean => {
    vi.stubGlobal('process', { ...process, versions: process.versions, ...changes });
    const answer = canSpawn();
    vi.unstubAllGlobals();
    return answer;
  };

  it('can be had in a plain Node', () => {
    const plain = { versions: { node: '24.0.0' } };
    const permission = { has: (scope: string) => scope === 'child' };
    expect(given(plain)).toBe(true);
    expect(given({ ...plain, permission })).toBe(true);
    expect(given({ ...plain, getBuiltinModule: undefined })).toBe(true);
  });

  it.each([
    ['Bun', { versions: { bun: '1.4.5' } }],
    ['Deno', { versions: { deno: '2.9.6' } }],
    ['Electron', { versions: { electron: '40.0.0' } }],
    ['a process without the permission', { permission: { has: () => false } }],
    ['a single executable', { getBuiltinModule: () => ({ isSea: () => true }) }],
  ])('cannot be had in %s', (_name, changes) => {
    expect(given(changes)).toBe(false);
  });
});
