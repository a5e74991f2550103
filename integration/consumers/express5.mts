// Express 5, ES modules, TypeScript.
import type { AddressInfo } from 'node:net';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { heartbeat, heartbeatErrors, statusPolicy } from '@lubdub/express';
import express, { type Request, type Response } from 'express';

const client = createHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
const app = express();
app.post(
  '/good',
  heartbeat('express5-good', { client }),
  (request: Request, response: Response) => {
    request.heartbeat?.set({ rows: 1 });
    response.json({ rows: 1 });
  },
);
app.post(
  '/bad',
  heartbeat('express5-bad', { client, classify: statusPolicy({ fail: ['4xx'] }) }),
  (request: Request, response: Response) => {
    response.status(404).end();
  },
);
app.use(heartbeatErrors());

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  for (const path of ['good', 'bad'])
    await (await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST' })).text();
  server.close();
  server.closeAllConnections();
  await client.close();
});
