// One BullMQ worker in a process of its own, as workers are: what the compiler learns of one variant is not the other's. Runs
// the rounds it is asked for and answers with what they took.
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createHeartbeat } from '../../packages/core/dist/index.js';
import { webhook } from '../../packages/core/dist/providers/webhook.js';
import { lubdub } from '../../packages/core/dist/providers/lubdub.js';
import { withHeartbeat } from '../../packages/jobs/dist/bullmq.js';

const require = createRequire(join(import.meta.dirname, '../../packages/jobs/package.json'));
const { Worker } = require('bullmq');
const { Redis } = require('ioredis');

const { variant, queue, prefix, redisUrl, baseUrl } = JSON.parse(process.argv[2]);
const noop = async function noop() {};
const monitored = (provider, options = {}) => {
  const client = createHeartbeat({ provider });
  return { processor: withHeartbeat('bench', noop, { client, ...options }), client };
};

/** What a job would cost that tells its start and its end by hand, without waiting for the answers. */
const byHand = () => {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  let pending = 0;
  let idle = () => {};
  const told = () => {
    pending -= 1;
    if (pending === 0) idle();
  };
  const tell = (state) => {
    pending += 1;
    const body = JSON.stringify({ key: 'bench', state });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const wire = request(
      { hostname, port, method: 'POST', path: '/', agent, headers },
      (response) => {
        response.resume();
        response.on('end', told);
      },
    );
    wire.on('error', told);
    wire.end(body);
  };
  const flush = () => (pending === 0 ? undefined : new Promise((resolve) => (idle = resolve)));
  return {
    async processor() {
      tell('start');
      await noop();
      tell('success');
    },
    client: { flush },
  };
};
const { processor, client } = {
  bare: () => ({ processor: noop }),
  coalesced: () => monitored(lubdub({ baseUrl }), { coalesce: { windowMs: 1_000 } }),
  'batched pairs': () => monitored(lubdub({ baseUrl })),
  'one request a ping': () =>
    monitored(webhook({ url: baseUrl, secret: 'bench-secret-bench-secret-bench-' })),
  'two plain requests': byHand,
}[variant]();
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });

/** Works off what lies in the queue; what is delivered after the last job counts as well. */
async function round(jobs) {
  const worker = new Worker(queue, processor, {
    connection,
    prefix,
    concurrency: 50,
    autorun: false,
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  globalThis.gc?.();
  const before = process.cpuUsage();
  const startMs = performance.now();
  await new Promise((resolve) => {
    let done = 0;
    worker.on('completed', () => {
      done += 1;
      if (done % 100_000 === 0) process.send({ done, ...process.memoryUsage() });
      if (done === jobs) resolve();
    });
    void worker.run();
  });
  await client?.flush(30_000);
  const { user, system } = process.cpuUsage(before);
  const tookMs = performance.now() - startMs;
  await worker.close();
  return { cpuUs: (user + system) / jobs, perSecond: (jobs * 1_000) / tookMs };
}

process.on('message', ({ jobs }) => void round(jobs).then((figures) => process.send(figures)));
process.on('disconnect', () => process.exit());
