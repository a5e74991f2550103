// A node-cron task that runs every five seconds. The monitor is the task's name, its schedule the task's expression.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/node-cron';
import cron from 'node-cron';

const heartbeat = initHeartbeat({
  provider: lubdub({ baseUrl: process.env.LUBDUB_URL, upsert: true }),
});

const task = cron.schedule(
  '*/5 * * * * *',
  withHeartbeat(async function pruneLogs() {
    await wait(200);
  }),
  { name: 'log-pruning', timezone: 'UTC' },
);

async function end() {
  await task.destroy();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
