import type { FastifyInstance } from 'fastify';

import type { ApiContext } from '../api/access.ts';
import { requireScope } from '../api/access.ts';
import { openApiDocument } from '../api/openapi.ts';
import type { Metrics } from './metrics.ts';

/** An evaluation older than this means that the server does not do its work. */
const staleAfterMs = 90_000;

/** What the routes for operators need. */
export interface OperationContext extends ApiContext {
  readonly metrics: Metrics;
  /** When an evaluation last succeeded. */
  readonly evaluatedMs: () => number | null;
}

/** `/healthz`: the process answers. `/readyz`: the database does, and evaluation progresses. `/metrics`. */
export const registerOperation = async (
  app: FastifyInstance,
  context: OperationContext,
): Promise<void> => {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const evaluatedMs = context.evaluatedMs();
    const evaluating = evaluatedMs !== null && context.clock.wallMs() - evaluatedMs < staleAfterMs;
    const database = await context.store.checkHealth().then(
      () => true,
      () => false,
    );
    const ready = evaluating && database;
    return reply.code(ready ? 200 : 503).send({ ready, database, evaluating });
  });
  app.get('/api/v1/openapi.json', () => openApiDocument);
  await app.register((scope, _options, done) => {
    requireScope(scope, context, 'read');
    scope.get('/metrics', async (_request, reply) => {
      const { contentType, body } = await context.metrics.render();
      return reply.header('content-type', contentType).send(body);
    });
    done();
  });
};
