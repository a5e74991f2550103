// A job that runs well a few times and then never again: nothing fails, and only the monitor can notice.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'price-sync': { intervalMs: 5_000, graceMs: 5_000 } },
  }),
});
const sync = withHeartbeat('price-sync', () => 42);

let runs = 0;
const timer = setInterval(() => {
  sync();
  runs += 1;
  // as when a scheduler loses its job: the process is fine, the job is gone
  if (runs === 3) clearInterval(timer);
}, 3_000);
sync();

// the process itself goes on; that is what makes this failure so quiet
const alive = setInterval(() => {}, 60_000);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clearInterval(timer);
    clearInterval(alive);
    void heartbeat.close();
  });
}
