// What monitoring costs a BullMQ worker: no-op jobs at concurrency 50 on a real Redis, judged by the worker's CPU time per job, since
// rounds of throughput vary by 12 %. The service answers at once from another process.
//
//   pnpm build && node bench/jobs-bullmq.mjs [jobs per round, default 5000] [rounds, default 7]
//   node bench/jobs-bullmq.mjs 1000000 1 'batched pairs'     memory over a million jobs, printed every 100,000
//
// Ratios are bare / monitored: 1 is free. Wanted: coalesced 0.97, batched pairs 0.90, one request a ping 0.65.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createHeartbeat } from '../packages/core/dist/index.js';
import { webhook } from '../packages/core/dist/providers/webhook.js';
import { lubdub } from '../packages/core/dist/providers/lubdub.js';
import { withHeartbeat } from '../packages/jobs/dist/bullmq.js';

const require = createRequire(join(import.meta.dirname, '../packages/jobs/package.json'));
const { Queue, Worker } = require('bullmq');
const { Redis } = require('ioredis');

const jobs = Number(process.argv[2] ?? 5_000);
const rounds = Number(process.argv[3] ?? 7);
const only = process.argv[4];
const prefix = `lubdub-bench-${process.pid}`;
const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const connect = () => new Redis(redisUrl, { maxRetriesPerRequest: null });

const receiver = fork(join(import.meta.dirname, 'jobs/receiver.mjs'));
const port = await new Promise((resolve) => receiver.once('message', resolve));
const baseUrl = `http://127.0.0.1:${port}`;
const noop = async function noop() {};

const batched = createHeartbeat({ provider: lubdub({ baseUrl }) });
const single = createHeartbeat({
  provider: webhook({ url: baseUrl, secret: 'bench-secret-bench-secret-bench-' }),
});

const wrapped = (client, options = {}) => withHeartbeat('bench', noop, { client, ...options });
const variants = {
  bare: { processor: noop },
  coalesced: { processor: wrapped(batched, { coalesce: { windowMs: 1_000 } }), client: batched },
  'batched pairs': { processor: wrapped(batched), client: batched },
  'one request a ping': { processor: wrapped(single), client: single },
};

const add = async (queue, total) => {
  const chunk = 5_000;
  for (let added = 0; added < total; added += chunk) {
    const count = Math.min(chunk, total - added);
    const bulk = Array.from({ length: count }, () => ({
      name: 'noop',
      data: {},
      opts: { removeOnComplete: true },
    }));
    await queue.addBulk(bulk);
  }
};

const megabytes = (bytes) => Math.round(bytes / 1_048_576);

function printMemory(name, done) {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  console.log(
    `${name}, ${done} jobs: resident ${megabytes(rss)} MB, heap ${megabytes(heapUsed)} MB`,
  );
}

/** Runs the jobs of one round; what is delivered after the last one counts as well. */
async function round(name, { processor, client }) {
  const connection = connect();
  const queue = new Queue('bench', { connection, prefix });
  await add(queue, jobs);
  const worker = new Worker('bench', processor, {
    connection,
    prefix,
    concurrency: 50,
    autorun: false,
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  const before = process.cpuUsage();
  const startMs = performance.now();
  await new Promise((resolve) => {
    let done = 0;
    worker.on('completed', () => {
      done += 1;
      if (done % 100_000 === 0) printMemory(name, done);
      if (done === jobs) resolve();
    });
    void worker.run();
  });
  await client?.flush(30_000);
  const { user, system } = process.cpuUsage(before);
  const tookMs = performance.now() - startMs;
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
  return { cpuUs: (user + system) / jobs, perSecond: (jobs * 1_000) / tookMs };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const names = Object.keys(variants).filter((name) => only === undefined || name === only);
const results = Object.fromEntries(names.map((name) => [name, []]));
if (jobs <= 100_000) for (const name of names) await round(name, variants[name]);
for (let index = 0; index < rounds; index += 1)
  for (const name of names) results[name].push(await round(name, variants[name]));

const bare = results.bare && median(results.bare.map(({ cpuUs }) => cpuUs));
for (const name of names) {
  const cpuUs = median(results[name].map((result) => result.cpuUs));
  const perSecond = median(results[name].map((result) => result.perSecond));
  const ratio = bare === undefined ? '' : `  ratio ${(bare / cpuUs).toFixed(2)}`;
  console.log(
    `${name.padEnd(20)} ${cpuUs.toFixed(1).padStart(7)} us CPU a job  ${perSecond.toFixed(0).padStart(6)} jobs/s${ratio}`,
  );
}
await Promise.all([batched.close(1_000), single.close(1_000)]);
receiver.kill();
