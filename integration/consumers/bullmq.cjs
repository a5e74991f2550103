// A BullMQ worker, CommonJS: one job that succeeds at its second attempt, one that is given up.
const { randomUUID } = require('node:crypto');
const { Queue, QueueEvents, Worker } = require('bullmq');
const { Redis } = require('ioredis');
const { initHeartbeat } = require('@lubdub/core');
const { lubdub } = require('@lubdub/core/providers/lubdub');
const { withHeartbeat } = require('@lubdub/jobs/bullmq');

const client = initHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
const connect = () =>
  new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { maxRetriesPerRequest: null });
const name = `consumer-${randomUUID()}`;

async function main() {
  const connections = [connect(), connect(), connect()];
  const queue = new Queue(name, { connection: connections[0] });
  const events = new QueueEvents(name, { connection: connections[1] });
  await events.waitUntilReady();
  const worker = new Worker(
    name,
    withHeartbeat(
      (job) => `bullmq-${job.name}`,
      async (job) => {
        if (job.name === 'bad' || job.attemptsMade === 0) throw new Error('no rows');
      },
    ),
    { connection: connections[2] },
  );
  const jobs = [
    await queue.add('good', {}, { attempts: 2 }),
    await queue.add('bad', {}, { attempts: 2 }),
  ];
  await Promise.allSettled(jobs.map((job) => job.waitUntilFinished(events)));
  await worker.close();
  await events.close();
  await queue.obliterate({ force: true });
  await queue.close();
  for (const connection of connections) connection.disconnect();
  await client.close();
}

void main();
