// A BullMQ worker: a Job Scheduler makes a job every five seconds, each job is a run of the monitor with the scheduler's id.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/bullmq';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'invoice-reminders': { graceMs: 10_000 } },
  }),
});

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const connection = new Redis(url, { maxRetriesPerRequest: null });
const prefix = 'lubdub-example';

const queue = new Queue('reminders', { connection, prefix });
await queue.upsertJobScheduler(
  'invoice-reminders',
  { every: 5_000 },
  { name: 'remind', opts: { removeOnComplete: 10 } },
);

const worker = new Worker(
  'reminders',
  withHeartbeat(async function remind(job) {
    await wait(200);
    return `${job.name} is done`;
  }),
  { connection, prefix },
);
worker.on('error', (error) => console.error(error.message));

async function end() {
  await worker.close();
  await queue.close();
  await heartbeat.close();
  connection.disconnect();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
