import { createRecorder } from '@lubdub/test-kit/adapter-contract';
import express from 'express';
import inject from 'light-my-request';
import { expect, it } from 'vitest';
import { heartbeat } from '../src/index.ts';

// In a file of its own: light-my-request changes Express's prototypes for the whole process.
it.each([
  [200, 'success'],
  [500, 'fail'],
])('an injected request with status %i is one run', async (statusCode, state) => {
  const { client, terminals, all } = createRecorder();
  const app = express();
  app.post('/job', heartbeat('job', { client }), (_request, response) => {
    response.status(statusCode).send('hello');
  });
  const answer = await inject(app as never, { method: 'POST', url: '/job' });
  expect(answer.statusCode).toBe(statusCode);
  expect(await terminals(1)).toMatchObject([{ state, metadata: { statusCode } }]);
  expect(await all()).toHaveLength(1);
  await client.close(0);
});
