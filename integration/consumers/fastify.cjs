// Fastify 5, CommonJS.
const fastify = require('fastify');
const { createHeartbeat } = require('@lubdub/core');
const { lubdub } = require('@lubdub/core/providers/lubdub');
const heartbeat = require('@lubdub/fastify');

async function main() {
  const client = createHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
  const app = fastify();
  await app.register(heartbeat.default ?? heartbeat, { client });
  app.post('/good', { config: { heartbeat: 'fastify-cjs-good' } }, async () => ({ rows: 1 }));
  app.post('/bad', { config: { heartbeat: 'fastify-cjs-bad' } }, async () => {
    throw new Error('no rows');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const path of ['good', 'bad'])
    await (await fetch(`${url}/${path}`, { method: 'POST' })).text();
  await app.close();
  await client.close();
}

void main();
