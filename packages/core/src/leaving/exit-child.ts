import { spawnSync } from 'node:child_process';
import type { TlsOptions } from '../network/network-options.ts';
import { acceptedKinds, type Destination, destinationRefusal } from '../network/policy.ts';
import { addressRanges } from '../network/ranges.ts';
import type { ExitRequest, ExitResult } from '../platform/platform.ts';

/**
 * What the child runs: reads groups of requests from its standard input, sends each group in order and all groups at once,
 * and prints status, headers and body of each. Every address that a look-up finds is checked by the ranges handed over.
 * CommonJS, Node's built-ins only.
 */
const childSource = `
const revive = (key, value) => (value !== null && typeof value === 'object' && typeof value.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value);
const { timeoutMs, groups, tls, ranges } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'), revive);
const net = require('node:net');
const family = (address) => (net.isIPv6(address) ? 'ipv6' : 'ipv4');
let lists;
const kindOf = (found) => {
  const address = found.split('%')[0];
  lists ??= ranges.map(([start, bits, kind]) => {
    const list = new net.BlockList();
    list.addSubnet(start, bits, family(start));
    return [list, kind];
  });
  const hit = lists.find(([list]) => list.check(address, family(address)));
  return hit === undefined ? 'public' : hit[1];
};
const lookupFor = (accepts) => (host, options, callback) =>
  require('node:dns').lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    if (found.some(({ address }) => !accepts.includes(kindOf(address)))) return callback(new Error('address refused'), '', 0);
    if (options.all) callback(null, found);
    else callback(null, found[0].address, found[0].family);
  });
const end = Date.now() + timeoutMs;
const results = groups.map(() => []);
const agents = {};
const agentOf = (name, accepts) => (agents[name + accepts] ??= new (require('node:' + name).Agent)({ keepAlive: true, maxSockets: 32, ...(name === 'https' ? tls : {}) }));
const send = ({ method, url, headers, body, accepts }) => new Promise((resolve) => {
  const name = url.startsWith('https:') ? 'https' : 'http';
  const none = { status: 0, headers: {}, body: '' };
  const left = end - Date.now();
  if (left <= 0 || accepts === undefined) return resolve(none);
  const length = body === undefined ? (method === 'GET' ? {} : { 'content-length': 0 }) : { 'content-length': Buffer.byteLength(body) };
  const request = require('node:' + name).request(url, { method, headers: { ...headers, ...length }, agent: agentOf(name, accepts), lookup: lookupFor(accepts), timeout: left }, (response) => {
    let text = '';
    const answer = () => resolve({ status: response.statusCode, headers: Object.fromEntries(Object.entries(response.headers).map(([k, v]) => [k, String(v)])), body: text.slice(0, 65536) });
    response.setEncoding('utf8');
    response.on('data', (part) => { if (text.length < 65536) text += part; else { answer(); response.destroy(); } });
    response.on('end', answer);
    response.on('close', answer);
    response.on('error', answer);
  });
  request.on('timeout', () => request.destroy());
  request.on('error', () => resolve(none));
  request.end(body);
});
const finish = () => { process.stdout.write(JSON.stringify(results), () => process.exit(0)); };
const timer = setTimeout(finish, timeoutMs);
Promise.all(groups.map(async (group, index) => {
  for (const request of group) results[index].push(await send(request));
})).then(() => { clearTimeout(timer); finish(); });
`;

const spareMs = 500;

/** True where a child of our own can be had: not under the permission model, in a single executable, Bun, Deno or Electron. */
export const canSpawn = (): boolean => {
  const { versions } = process;
  if (
    versions['bun'] !== undefined ||
    versions['electron'] !== undefined ||
    versions['deno'] !== undefined
  )
    return false;
  const { permission, getBuiltinModule } = process as {
    permission?: { has(scope: string): boolean };
    getBuiltinModule?: (name: string) => { isSea?(): boolean } | undefined;
  };
  if (permission !== undefined && !permission.has('child')) return false;
  return getBuiltinModule?.('node:sea')?.isSea?.() !== true;
};

const packed = (_name: string, value: unknown): unknown => {
  if (ArrayBuffer.isView(value))
    return {
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    };
  // A Buffer has been through its toJSON already.
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (type === 'Buffer' && Array.isArray(data))
    return { base64: Buffer.from(data as number[]).toString('base64') };
  return value;
};

/** What the child may connect to for a request; undefined: nothing. */
const acceptsOf = ({
  url,
  allowPrivateNetwork = false,
}: ExitRequest): readonly string[] | undefined => {
  const { protocol, hostname, username, password } = new URL(url);
  const destination: Destination = { protocol, host: hostname, allowPrivateNetwork };
  const refused =
    username !== '' || password !== '' || destinationRefusal(destination) !== undefined;
  return refused ? undefined : acceptedKinds(destination);
};

/**
 * Sends requests from a process that is about to end, by a child that it waits for: a dying event loop sends nothing any
 * more. Payload on stdin, environment cleared (measured: 60 to 80 ms), the same network policy and TLS options as the
 * transport's. Returns undefined when no child could be had.
 */
export const sendInChild = (
  groups: readonly (readonly ExitRequest[])[],
  timeoutMs: number,
  tls: TlsOptions = {},
): readonly (readonly ExitResult[])[] | undefined => {
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const judged = groups.map((group) =>
    group.map((request) => ({ ...request, accepts: acceptsOf(request) })),
  );
  const ranges = addressRanges.map(({ address, bits, kind }) => [address, bits, kind]);
  const child = spawnSync(process.execPath, ['-e', childSource], {
    input: JSON.stringify({ timeoutMs, groups: judged, tls, ranges }, packed),
    env: certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates },
    encoding: 'utf8',
    timeout: timeoutMs + spareMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  if (child.error !== undefined || child.stdout === '') return undefined;
  try {
    return JSON.parse(child.stdout) as ExitResult[][];
  } catch {
    return undefined;
  }
};
