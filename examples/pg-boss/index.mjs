// A pg-boss worker; a job is sent every five seconds. A job is one run over all its attempts, and fails when pg-boss gives it up.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/pg-boss';
import { PgBoss } from 'pg-boss';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'order-mails': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const boss = new PgBoss({
  connectionString: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
  schema: process.env.PGBOSS_SCHEMA ?? 'lubdub_example_pgboss',
});
boss.on('error', (error) => console.error(error.message));
await boss.start();
await boss.createQueue('order-mails');

// The monitor is the queue. `includeMetadata` tells how many attempts are left.
await boss.work(
  'order-mails',
  { includeMetadata: true, pollingIntervalSeconds: 1 },
  withHeartbeat(async function sendMails([job]) {
    return `sent to ${job.data.to}`;
  }),
);

const send = () => void boss.send('order-mails', { to: 'ada@example.org' }, { retryLimit: 2 });
send();
const timer = setInterval(send, 5_000);

async function end() {
  clearInterval(timer);
  await boss.stop();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
