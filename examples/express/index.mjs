// An Express route that a scheduler calls; each call is one run of the monitor `daily-report`, and every request is counted.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { peekapi } from '@lubdub/core/providers/peekapi';
import { heartbeat, trackRequests } from '@lubdub/express';
import express from 'express';

const baseUrl = process.env.LUBDUB_URL ?? 'http://127.0.0.1:4747';
const client = initHeartbeat({
  provider: [
    lubdub({
      baseUrl,
      upsert: true,
      monitors: { 'daily-report': { intervalMs: 5_000, graceMs: 10_000 } },
    }),
    // The monitor takes what PeekAPI takes: the page Requests of its board.
    peekapi({ baseUrl, apiKey: process.env.LUBDUB_API_KEY ?? 'none' }),
  ],
  spool: false, // what PeekAPI cannot be told would be kept on disk
});
const app = express();
app.use(trackRequests());

app.post('/jobs/daily-report', heartbeat('daily-report'), (request, response) => {
  response.json({ rows: 42 });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error; // the port is taken, say
  console.log(`http://127.0.0.1:${server.address().port}/jobs/daily-report`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => void client.close());
    server.closeIdleConnections();
  });
}
