import type { IncomingMessage } from 'node:http';
import type { Run } from '@lubdub/core';
import express from 'express';
import express4 from 'express4';
import { expectTypeOf, test } from 'vitest';
import { heartbeat, heartbeatErrors, statusPolicy, trackRequests } from '../src/index.ts';

const app = express();

test('the middleware fits every place that Express takes one', () => {
  app.use(heartbeat('job'), trackRequests(), heartbeatErrors());
  app.post(
    '/job',
    heartbeat('job', { classify: statusPolicy({ fail: ['4xx'] }) }),
    (request, response) => {
      expectTypeOf(request.heartbeat).toEqualTypeOf<Run | undefined>();
      response.end();
    },
  );
  express.Router().use(
    '/jobs',
    heartbeat((request) => request.path),
  );
});

test('and in Express 4', () => {
  const old = express4();
  old.use(heartbeat('job'), trackRequests(), heartbeatErrors());
  old.post(
    '/job',
    heartbeat((request: express4.Request) => request.path),
    (request, response) => {
      expectTypeOf(request.heartbeat).toEqualTypeOf<Run | undefined>();
      response.end();
    },
  );
});

test('a key function may take the request of Express, of Node or ours', () => {
  heartbeat((request: express.Request) => request.ip ?? false);
  heartbeat((request: IncomingMessage) => request.method ?? 'none');
  const ours = heartbeat((request) => request.params['name'] as string);
  expectTypeOf(ours).toBeFunction();
});

test('wrong options do not compile', () => {
  // @ts-expect-error a key is a text or a function
  heartbeat(42);
  // @ts-expect-error a key function gives a text or false
  heartbeat(() => 42);
  // @ts-expect-error there is no such option
  heartbeat('job', { retries: 3 });
  // @ts-expect-error a request cannot have the run id of another
  heartbeat('job', { runId: 'x' });
  // @ts-expect-error no status class is called so
  statusPolicy({ fail: ['6xx'] });
  // @ts-expect-error a path or an expression
  const tracking = trackRequests({ ignore: [404] });
  expectTypeOf(tracking).toBeFunction();
});
