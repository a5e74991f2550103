// A function that Vercel's cron calls (vercel.json). The answer does not wait for the ping: Vercel's `waitUntil` does.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { withHeartbeat } from '@lubdub/jobs/vercel';

initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'nightly-report': { schedule: '0 3 * * *', graceMs: 600_000 } },
  }),
});

export const GET = withHeartbeat('nightly-report', async function report() {
  return Response.json({ rows: 42 });
});
