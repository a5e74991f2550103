import type { FastifyInstance } from 'fastify';

import { answerErrorsAsObject } from '../ingest/error-form.ts';
import { showFault } from '../schema/fault.ts';
import { useSchemas } from '../schema/validate.ts';
import type { ApiContext } from './access.ts';
import { requireScope } from './access.ts';
import { registerAdministration } from './administration.ts';
import { registerHistory } from './history.ts';
import { registerMonitorChanges, registerMonitorReading } from './monitors.ts';

/** Every route under `/api/v1` but the pings. */
export const registerApi = async (app: FastifyInstance, context: ApiContext): Promise<void> => {
  answerErrorsAsObject(app);
  await app.register((scope, _options, done) => {
    useSchemas(scope, showFault);
    requireScope(scope, context, 'read');
    registerMonitorReading(scope, context);
    registerHistory(scope, context);
    done();
  });
  await app.register((scope, _options, done) => {
    useSchemas(scope, showFault);
    requireScope(scope, context, 'admin');
    registerMonitorChanges(scope, context);
    registerAdministration(scope, context);
    done();
  });
};
