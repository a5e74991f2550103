import type { FastifyInstance } from 'fastify';

import { createApiKey } from '../access/api-keys.ts';
import { testChannel } from '../channels/test-channel.ts';
import { findKeyFault } from '../ingest/text.ts';
import { alertSourceInput, keyInput } from '../schema/requests.ts';
import type { Severity } from '../store/alert-store.ts';
import type { Scope } from '../store/key-store.ts';
import type { ApiContext } from './access.ts';
import { unknown } from './access.ts';
import { InputError } from './monitor-input.ts';
import { refuseInput } from './monitors.ts';

/** Routes for API keys, alert sources, channels and secrets; they ask for the scope `admin`. */
export const registerAdministration = (app: FastifyInstance, context: ApiContext): void => {
  const { store, clock, opshiftSecrets } = context;

  app.get('/api/v1/keys', async () => ({ items: await store.listApiKeys() }));
  app.post<{ Body: { readonly name: string; readonly scope: Scope } }>(
    '/api/v1/keys',
    { schema: { body: keyInput } },
    async ({ body: { name, scope } }, reply) => {
      const { secret, key } = await createApiKey(store, name, scope, clock.wallMs());
      return reply.code(201).send({ ...key, secret });
    },
  );
  app.delete<{ Params: { id: string } }>('/api/v1/keys/:id', async (request, reply) => {
    const { id } = request.params;
    return (await store.deleteApiKey(id)) ? reply.code(204).send() : unknown(reply, 'key', id);
  });

  app.get('/api/v1/alert-sources', async () => ({ items: await store.listAlertSources() }));
  app.put<{ Params: { key: string }; Body: { readonly minSeverity?: Severity } }>(
    '/api/v1/alert-sources/:key',
    { schema: { body: alertSourceInput } },
    async ({ params: { key }, body: { minSeverity = 'sev4' } }, reply) => {
      const fault = findKeyFault(key);
      if (fault !== null) return refuseInput(reply, new InputError(fault));
      return store.putAlertSource(key, minSeverity, clock.wallMs());
    },
  );
  app.post<{ Params: { id: string } }>('/api/v1/alerts/:id/resolve', async (request, reply) => {
    const { id } = request.params;
    const resolved = await store.resolveAlert(id, clock.wallMs());
    return resolved ? reply.code(204).send() : unknown(reply, 'alert', id);
  });

  app.post<{ Params: { name: string } }>(
    '/api/v1/channels/:name/test',
    async ({ params: { name } }, reply) => {
      const result = await testChannel(context, name);
      if (result.status === 'unknown-channel') return unknown(reply, 'channel', name);
      if (result.status === 'sent') return reply.code(204).send();
      return reply.code(502).send({ error: { code: 'not-delivered', message: result.error } });
    },
  );

  app.get('/api/v1/secrets', () => ({ opshift: opshiftSecrets }));
};
