// Shared by the benchmarks of the monitor.
import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const next = (child) => new Promise((resolve) => child.once('message', resolve));

/** Starts `server.mjs`. */
export const startServer = async (kind, execArgv = [], variables = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubdub-bench-'));
  const child = fork(new URL('server.mjs', import.meta.url), [kind, dataDir], {
    execArgv,
    env: { ...process.env, ...variables },
  });
  const { url } = await next(child);
  return {
    url,
    /** Resident bytes, and the processor time used so far. */
    usage: async () => {
      child.send('usage');
      return next(child);
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (kind === 'bare') child.kill();
      else child.disconnect();
      setTimeout(() => child.kill(), 5000).unref();
      await gone;
    },
  };
};

const post = (agent, url, body) =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.resume();
      answer.once('end', resolve);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });

let pings = 0;
const createBody = (size) => {
  const list = Array.from({ length: size }, () => {
    pings += 1;
    return {
      id: `p${pings}`,
      key: `job-${pings % 100}`,
      state: 'success',
      timestampMs: Date.now(),
      durationMs: 12,
    };
  });
  return JSON.stringify({ pings: list });
};

/**
 * Sends for `durationMs` over as many connections.
 * @returns pings a second, and microseconds of the server's processor time for each, which a busy machine changes less
 */
export const measurePings = async (server, { connections, size, durationMs }) => {
  const before = await server.usage();
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedMs = performance.now();
  let done = 0;
  const work = async () => {
    while (performance.now() - startedMs < durationMs) {
      await post(agent, `${server.url}/api/v1/pings`, createBody(size));
      done += size;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  const perSecond = (done / (performance.now() - startedMs)) * 1000;
  const { cpuMicros } = await server.usage();
  return { perSecond, cpuMicros: (cpuMicros - before.cpuMicros) / done };
};

/** Sends `count` pings in batches of `size`. */
export const sendBatches = async ({ url }, { connections, size, count }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = count;
  const work = async () => {
    while (left > 0) {
      const length = Math.min(size, left);
      left -= length;
      await post(agent, `${url}/api/v1/pings`, createBody(length));
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
};
