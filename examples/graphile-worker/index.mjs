// A graphile-worker; a job is added every five seconds. A job is one run over all its attempts, and fails with the last one.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/graphile-worker';
import { run } from 'graphile-worker';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'stock-sync': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const runner = await run({
  connectionString: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
  schema: process.env.GRAPHILE_WORKER_SCHEMA ?? 'lubdub_example_graphile',
  noHandleSignals: true,
  taskList: {
    // the monitor is the task's identifier
    'stock-sync': withHeartbeat(async function syncStock() {
      await wait(200);
    }),
  },
});

const add = () => void runner.addJob('stock-sync', {}, { maxAttempts: 3 });
add();
const timer = setInterval(add, 5_000);

async function end() {
  clearInterval(timer);
  await runner.stop();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
