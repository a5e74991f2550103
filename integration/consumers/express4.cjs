// Express 4, CommonJS, JavaScript.
const express = require('express4');
const { initHeartbeat } = require('@lubdub/core');
const { lubdub } = require('@lubdub/core/providers/lubdub');
const { heartbeat, heartbeatErrors } = require('@lubdub/express');

const client = initHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
const app = express();
app.post('/good', heartbeat('express4-good'), (request, response) => response.json({ rows: 1 }));
app.post('/bad', heartbeat('express4-bad'), () => {
  throw new Error('no rows');
});
app.use(heartbeatErrors());
app.use((error, request, response, next) => response.status(500).end());

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  for (const path of ['good', 'bad'])
    await (await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST' })).text();
  server.close();
  server.closeAllConnections();
  await client.close();
});
