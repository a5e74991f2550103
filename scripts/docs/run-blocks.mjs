// Runs the blocks that are marked ```ts run against a server that takes pings, and judges what arrived.
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { environment, root } from '../workspace.mjs';

const longestMs = 60_000;

/** A server that remembers the pings of the `lubdub` provider. */
async function startReceiver() {
  const states = [];
  const server = createServer((request, response) => void receive(request, response));
  async function receive(request, response) {
    let body = '';
    for await (const part of request) body += part;
    const { pings = [] } = request.url.startsWith('/api/v1/pings') ? JSON.parse(body) : {};
    states.push(...pings.map(({ key, state }) => `${key}:${state}`));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ accepted: pings.length, duplicates: 0, rejected: [] }));
  }
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    states,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The states that a block promises to send, of its flag `pings=key:start,key:success`. */
const promised = ({ flags }) =>
  (flags.find((flag) => flag.startsWith('pings='))?.slice('pings='.length) ?? '')
    .split(',')
    .filter((state) => state !== '');

async function runBlock({ block, file }) {
  const receiver = await startReceiver();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@lubdub/source', join('.blocks', file)],
    {
      cwd: join(root, 'docs'),
      env: {
        ...environment(),
        LUBDUB_PROVIDER: 'lubdub',
        LUBDUB_BASE_URL: receiver.url,
        LUBDUB_URL: receiver.url,
        PORT: '0',
        TSX_TSCONFIG_PATH: join(root, 'docs/.blocks/tsconfig.json'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  receiver.close();
  const where = `${block.page}:${block.line}`;
  if (code !== 0) return [`${where} ended with ${code ?? signal}\n${output}`];
  const missing = promised(block).filter((state) => !receiver.states.includes(state));
  if (missing.length > 0 || receiver.states.length === 0)
    return [
      `${where} sent ${receiver.states.join(', ') || 'nothing'}, not ${missing.join(', ')}\n${output}`,
    ];
  return [];
}

/**
 * @param {{ block: import('./pages.mjs').Block, file: string }[]} written of `writeBlocks`
 * @returns {Promise<{ count: number, problems: string[] }>} how many were run, and what went wrong
 */
export async function runBlocks(written) {
  const runnable = written.filter(({ block }) => block.flags.includes('run'));
  const problems = [];
  for (const one of runnable) problems.push(...(await runBlock(one)));
  return { count: runnable.length, problems };
}
