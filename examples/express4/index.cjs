// An Express 4 route in CommonJS that a scheduler calls; each call is one run of the monitor `price-list`.
const { initHeartbeat } = require('@lubdub/core');
const { lubdub } = require('@lubdub/core/providers/lubdub');
const { heartbeat, heartbeatErrors } = require('@lubdub/express');
const express = require('express');

const client = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'price-list': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});
const app = express();

// Express 4 does not see that an async handler rejects: give the error to `next`, or let `maxDurationMs` end such a run.
app.post(
  '/jobs/price-list',
  heartbeat('price-list', { maxDurationMs: 30_000 }),
  (request, response) => {
    response.json({ rows: 42 });
  },
);
app.use(heartbeatErrors());

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/jobs/price-list`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => void client.close());
    server.closeIdleConnections();
  });
}
