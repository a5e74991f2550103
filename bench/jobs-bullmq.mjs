// What monitoring costs a BullMQ worker: no-op jobs at concurrency 50 on a real Redis, judged by the worker process's CPU time per
// job, since rounds of throughput vary by 12 %. The service answers at once from another process, and jobs are added from a third.
//
//   pnpm build && node --expose-gc bench/jobs-bullmq.mjs [jobs per round, default 10000] [rounds, default 9]
//   node --expose-gc bench/jobs-bullmq.mjs 1000000 1 'batched pairs'     memory over a million jobs, printed every 100,000
//
// Rounds alternate; a ratio is the median of bare / monitored over them: 1 is free. Wanted: coalesced 0.97, batched pairs 0.90,
// one request a ping 0.65, which is what two requests of node:http a job came to on another machine: compare those here.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { median } from './core/run.mjs';

const require = createRequire(join(import.meta.dirname, '../packages/jobs/package.json'));
const { Queue } = require('bullmq');
const { Redis } = require('ioredis');

const jobs = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 9);
const only = process.argv[4];
const prefix = `lubdub-bench-${process.pid}`;
const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });

const receiver = fork(join(import.meta.dirname, 'jobs/receiver.mjs'));
const [port] = await once(receiver, 'message');

const names = [
  'bare',
  'coalesced',
  'batched pairs',
  'one request a ping',
  'two plain requests',
].filter((name) => only === undefined || name === only);
const megabytes = (bytes) => Math.round(bytes / 1_048_576);

const start = (variant) => {
  const queue = new Queue(variant.replaceAll(' ', '-'), { connection, prefix });
  const input = {
    variant,
    queue: queue.name,
    prefix,
    redisUrl,
    baseUrl: `http://127.0.0.1:${port}`,
  };
  const child = fork(join(import.meta.dirname, 'jobs/worker-child.mjs'), [JSON.stringify(input)], {
    execArgv: process.execArgv,
  });
  const worker = { queue, child, results: [], took: undefined };
  child.on('message', (message) => {
    const { done, rss, heapUsed } = message;
    if (done === undefined) worker.took(message);
    else
      console.log(
        `${variant}, ${done} jobs: resident ${megabytes(rss)} MB, heap ${megabytes(heapUsed)} MB`,
      );
  });
  child.on('exit', (code) => {
    if (code === 0) return;
    console.error(`the worker of ${variant} ended with ${code}`);
    process.exit(1);
  });
  return worker;
};
const workers = names.map(start);

async function add(queue) {
  const job = { name: 'noop', data: {}, opts: { removeOnComplete: true } };
  for (let left = jobs; left > 0; left -= 5_000)
    await queue.addBulk(Array.from({ length: Math.min(5_000, left) }, () => job));
}

async function round(worker) {
  await add(worker.queue);
  return new Promise((resolve) => {
    worker.took = resolve;
    worker.child.send({ jobs });
  });
}

// As workers are that have run for a while: the compiler is done with them.
for (let warm = rounds === 1 ? 0 : 3; warm > 0; warm -= 1)
  for (const worker of workers) await round(worker);
for (let index = 0; index < rounds; index += 1)
  for (const worker of workers) worker.results.push(await round(worker));

const bare = only === undefined ? workers[0].results : undefined;
workers.forEach(({ results }, index) => {
  const of = (field) => median(results.map((result) => result[field]));
  const ratio =
    bare === undefined
      ? ''
      : `  ratio ${median(results.map(({ cpuUs }, at) => bare[at].cpuUs / cpuUs)).toFixed(2)}`;
  console.log(
    `${names[index].padEnd(20)} ${of('cpuUs').toFixed(1).padStart(7)} us CPU a job  ${of('perSecond').toFixed(0).padStart(6)} jobs/s${ratio}`,
  );
});
for (const { queue, child } of workers) {
  child.disconnect();
  await queue.obliterate({ force: true });
  await queue.close();
}
receiver.kill();
connection.disconnect();
