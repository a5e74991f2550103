// An Agenda: a job repeats every five seconds, each time is a run of the monitor with the job's name.
import { setTimeout as wait } from 'node:timers/promises';
import { RedisBackend } from '@agendajs/redis-backend';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/agenda';
import { Agenda } from 'agenda';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'stock-report': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const backend = new RedisBackend({
  connectionString: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
  keyPrefix: 'lubdub-example-agenda:',
  channelName: 'lubdub-example-agenda',
});
const agenda = new Agenda({ backend, processEvery: 500 });

agenda.define(
  'stock-report',
  // oxlint-disable-next-line typescript/no-misused-promises -- Agenda's first signature is the one with `done`
  withHeartbeat(async function report(job) {
    await wait(200);
    await job.touch(50);
    await wait(200);
  }),
);
await agenda.start();
await agenda.every('5 seconds', 'stock-report');

async function end() {
  await agenda.drain(3_000);
  await heartbeat.close();
  // Agenda's own watch over locks holds the process for half a lock's lifetime, five minutes.
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
