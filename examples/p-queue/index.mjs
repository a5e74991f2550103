// A p-queue with three tasks every five seconds; each task is a run, from its start and not from when it was added.
import { setTimeout as wait } from 'node:timers/promises';
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/p-queue';
import PQueue from 'p-queue';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { thumbnails: { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});

const queue = new PQueue({ concurrency: 2 });
const resize = withHeartbeat('thumbnails', async function resize() {
  await wait(200);
});
const fill = () => void queue.addAll([resize, resize, resize]);

fill();
const timer = setInterval(fill, 5_000);

async function end() {
  clearInterval(timer);
  await queue.onIdle();
  await heartbeat.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());
