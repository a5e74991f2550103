// A Fastify route that a scheduler calls; each call is one run of the monitor `invoice-mailing`.
import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import heartbeat from '@lubdub/fastify';
import fastify from 'fastify';

const client = initHeartbeat({
  provider: lubdub({
    baseUrl: process.env.LUBDUB_URL,
    upsert: true,
    monitors: { 'invoice-mailing': { intervalMs: 5_000, graceMs: 10_000 } },
  }),
});
const app = fastify();
await app.register(heartbeat);

app.post('/jobs/invoice-mailing', { config: { heartbeat: 'invoice-mailing' } }, async () => {
  return { sent: 7 };
});

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log(`${address}/jobs/invoice-mailing`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void app.close().then(() => client.close()));
}
