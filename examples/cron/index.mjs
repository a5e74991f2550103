// A CronJob that runs every five seconds. The monitor is the job's name, its schedule the job's expression.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/cron';
import { CronJob } from 'cron';

const heartbeat = initHeartbeat({
  provider: lubdub({ baseUrl: process.env.LUBDUB_URL, upsert: true }),
});

const job = CronJob.from({
  name: 'newsletter',
  cronTime: '*/5 * * * * *',
  timeZone: 'UTC',
  waitForCompletion: true,
  start: true,
  onTick: withHeartbeat(async function sendNewsletter() {
    await wait(200);
  }),
});

async function end() {
  await job.stop();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
