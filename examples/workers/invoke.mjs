// Fires the trigger once, as the platform does; on Cloudflare it is `npx wrangler dev --test-scheduled`.
import worker from './worker.mjs';

const waiting = [];
const context = { waitUntil: (promise) => waiting.push(promise) };
await worker.scheduled({ cron: '0 * * * *' }, { LUBDUB_URL: process.env.LUBDUB_URL }, context);
await Promise.all(waiting);
