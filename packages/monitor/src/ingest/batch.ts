import { bearerKey } from '../access/access.ts';
import { showFault } from '../schema/fault.ts';
import { createQuery } from '../schema/queries.ts';
import { pingBatch } from '../schema/requests.ts';
import { useSchemas } from '../schema/validate.ts';
import type { IngestItem } from '../store/store.ts';
import { answerErrorsAsObject } from './error-form.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { requirePingKey } from './dialect.ts';
import { parsePing } from './parse-ping.ts';

const maxBodyBytes = 1_048_576;
/** Smaller differences of the two clocks are the way through the network. */
const skewToleranceMs = 5000;

/** One ping that was not taken. */
interface Rejection {
  readonly id: string;
  readonly reason: 'invalid' | 'unknown-monitor' | 'paused';
  readonly message: string;
}

interface BatchRequest {
  Body: { readonly pings: readonly unknown[]; readonly sentMs?: number | null };
  Querystring: { readonly create?: '0' | '1' };
}

/** The monitor's own API: up to 1,000 pings in a request, each with the client's time and an id that is stored once. */
export const batch: Dialect = {
  name: 'lubdub',
  register: (app, context) => {
    answerErrorsAsObject(app);
    useSchemas(app, showFault, 413);
    requirePingKey(
      app,
      context,
      (request) => bearerKey(request.headers.authorization),
      (reply) => {
        const message = 'An API key is needed: Authorization: Bearer <key>.';
        return reply.code(401).send({ error: { code: 'unauthorized', message } });
      },
    );
    app.post<BatchRequest>(
      '/api/v1/pings',
      { bodyLimit: maxBodyBytes, schema: { body: pingBatch, querystring: createQuery } },
      ({ body: { pings, sentMs }, query }) =>
        store(context, pings, sentMs ?? null, query.create === '1'),
    );
  },
};

const store = async (
  context: DialectContext,
  pings: readonly unknown[],
  sentMs: number | null,
  create: boolean,
): Promise<{ accepted: number; duplicates: number; rejected: readonly Rejection[] }> => {
  const nowMs = context.clock.wallMs();
  const skewMs = sentMs !== null && Math.abs(nowMs - sentMs) > skewToleranceMs ? nowMs - sentMs : 0;
  const rejected: Rejection[] = [];
  const items: IngestItem[] = [];
  for (const value of pings) {
    const parsed = parsePing(value, nowMs, skewMs);
    if (parsed.ok)
      items.push({ monitor: { by: 'key', value: parsed.key }, ping: parsed.ping, create });
    else rejected.push({ id: parsed.id, reason: 'invalid', message: parsed.message });
  }
  const counts = {
    accepted: 0,
    duplicate: 0,
    paused: 0,
    'unknown-monitor': 0,
    invalid: rejected.length,
  };
  for (const [index, result] of (await context.store.ingest(items)).entries()) {
    counts[result.status] += 1;
    const item = items[index];
    if (item === undefined || result.status === 'accepted' || result.status === 'duplicate')
      continue;
    const key = JSON.stringify(item.monitor.value);
    const message =
      result.status === 'paused'
        ? `The monitor ${key} is paused; the ping is in its history and changes nothing.`
        : `There is no monitor ${key}; create it with PUT /api/v1/monitors/{key}.`;
    rejected.push({ id: item.ping.id, reason: result.status, message });
  }
  for (const [status, count] of Object.entries(counts)) context.countPing('lubdub', status, count);
  return { accepted: counts.accepted, duplicates: counts.duplicate, rejected };
};
