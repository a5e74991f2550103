// A job that fails. The caller gets the very error that the job threw; the monitor gets a fail with its text.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs';

const heartbeat = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'order-import': { intervalMs: 10_000, graceMs: 10_000 } },
  }),
  // an error's text may hold what the job worked on; it leaves the process only when asked to
  captureErrors: 'message',
});

const importOrders = withHeartbeat('order-import', async function importOrders() {
  throw new Error('orders.csv has no column "total"');
});

async function tick() {
  try {
    await importOrders();
  } catch (error) {
    console.log(`the import failed: ${error.message}`);
  }
}

await tick();
const timer = setInterval(() => void tick(), 10_000);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    clearInterval(timer);
    void heartbeat.close();
  });
}
