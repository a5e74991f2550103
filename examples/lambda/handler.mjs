// A Lambda handler. Lambda freezes the process at its return, so the end of the run is delivered before it, at most two seconds.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/lambda';

initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'order-import-lambda': { intervalMs: 60_000, graceMs: 60_000 } },
  }),
});

// Without a key the monitor would be the function's name.
export const handler = withHeartbeat('order-import-lambda', async function importOrders(event) {
  return { statusCode: 200, body: JSON.stringify({ orders: event.orders.length }) };
});
