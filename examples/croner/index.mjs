// A croner job that runs every five seconds. The monitor is the job's name, its schedule the job's pattern.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/croner';
import { Cron } from 'croner';

const heartbeat = initHeartbeat({
  provider: lubdub({ baseUrl: process.env.LUBDUB_URL, upsert: true }),
});

const job = new Cron(
  '*/5 * * * * *',
  // without `catch` an error of the job is an unhandled rejection, monitored or not
  { name: 'exchange-rates', timezone: 'UTC', protect: true, catch: console.error },
  withHeartbeat(async function fetchRates() {
    await wait(200);
  }),
);

async function end() {
  job.stop();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
