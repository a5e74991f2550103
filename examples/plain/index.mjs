// A plain function that runs every five seconds; each run is pinged at its start and its end.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'nightly-backup': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const backup = withHeartbeat('nightly-backup', async function backup(database) {
  await wait(400);
  return { database, bytes: 4096 };
});

await backup('orders');
const timer = setInterval(() => void backup('orders'), 5_000);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clearInterval(timer);
    void heartbeat.close();
  });
}
