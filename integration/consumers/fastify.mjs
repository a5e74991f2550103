// Fastify 5, ES modules.
import fastify from 'fastify';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import heartbeat from '@lubdub/fastify';

async function main() {
  const client = createHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
  const app = fastify();
  await app.register(heartbeat, { client });
  app.post('/good', { config: { heartbeat: 'fastify-mjs-good' } }, async () => ({ rows: 1 }));
  app.post('/bad', { config: { heartbeat: 'fastify-mjs-bad' } }, async () => {
    throw new Error('no rows');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const path of ['good', 'bad'])
    await (await fetch(`${url}/${path}`, { method: 'POST' })).text();
  await app.close();
  await client.close();
}

void main();
