// An Express route that a scheduler calls; each call is one run of the monitor `daily-report`.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { heartbeat } from '@lubdub/express';
import express from 'express';

const client = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'daily-report': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});
const app = express();

app.post('/jobs/daily-report', heartbeat('daily-report'), (request, response) => {
  response.json({ rows: 42 });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/jobs/daily-report`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => void client.close());
    server.closeIdleConnections();
  });
}
