// A toad-scheduler task that runs every five seconds. The monitor is the task's id; a task does not know its interval, so
// the monitor's is said here.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/toad-scheduler';
import { AsyncTask, SimpleIntervalJob, ToadScheduler } from 'toad-scheduler';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'cache-warming': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const task = new AsyncTask(
  'cache-warming',
  withHeartbeat(async function warmCache() {
    await wait(200);
  }),
  (error) => console.error(error),
);
const scheduler = new ToadScheduler();
scheduler.addSimpleIntervalJob(
  new SimpleIntervalJob({ seconds: 5, runImmediately: true }, task, { preventOverrun: true }),
);

async function end() {
  scheduler.stop();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
