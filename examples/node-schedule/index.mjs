// A node-schedule job that runs every five seconds. The monitor is the job's name, its schedule the job's expression.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/node-schedule';
import schedule from 'node-schedule';

const heartbeat = initHeartbeat({
  provider: lubdub({ baseUrl: process.env.LUBDUB_URL, upsert: true }),
});

schedule.scheduleJob(
  'search-index',
  '*/5 * * * * *',
  withHeartbeat(async function refreshIndex() {
    await wait(200);
  }),
);

async function end() {
  await schedule.gracefulShutdown();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
