import { randomUUID } from 'node:crypto';

import type { FastifyReply } from 'fastify';

import type { Metadata } from '../model.ts';
import { showFaultAsRule } from '../schema/fault.ts';
import { exemplarHeartbeat } from '../schema/requests.ts';
import { useSchemas } from '../schema/validate.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { headerKey, requirePingKey } from './dialect.ts';
import { answerErrorsAsText } from './error-form.ts';

const maxBodyBytes = 65_536;

interface HeartbeatRequest {
  Body: { readonly monitor_id: string; readonly metadata?: Metadata | null };
}

/**
 * Exemplar heartbeats (PROTOCOLS section 1): `POST /api/monitoring/heartbeat` with `X-API-Key` and
 * `{ monitor_id, metadata? }`. Success is the only state. A monitor's key is taken where its id is expected, too. Exemplar's
 * answers are not published; these are JSON with `status` or `error`.
 */
export const exemplar: Dialect = {
  name: 'exemplar',
  register: (app, context) => {
    answerErrorsAsText(app);
    useSchemas(app, showFaultAsRule);
    requirePingKey(app, context, headerKey, (reply) =>
      reply.code(401).send({ error: 'invalid API key' }),
    );
    app.post<HeartbeatRequest>(
      '/api/monitoring/heartbeat',
      { bodyLimit: maxBodyBytes, schema: { body: exemplarHeartbeat } },
      (request, reply) => receive(context, request.body, reply),
    );
  },
};

const receive = async (
  context: DialectContext,
  { monitor_id: monitorId, metadata }: HeartbeatRequest['Body'],
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const nowMs = context.clock.wallMs();
  const ping = {
    id: randomUUID(),
    state: 'success' as const,
    timestampMs: nowMs,
    receivedMs: nowMs,
    dialect: 'exemplar',
    ...hostOf(metadata),
    ...(metadata === undefined || metadata === null ? {} : { metadata }),
  };
  const byId = /^[0-9a-f]{24}$/i.test(monitorId);
  const [result] = await context.store.ingest([
    {
      monitor: byId
        ? { by: 'id', value: monitorId.toLowerCase() }
        : { by: 'key', value: monitorId },
      ping,
    },
  ]);
  context.countPing('exemplar', result?.status ?? 'unknown-monitor', 1);
  if (result === undefined || result.status === 'unknown-monitor') {
    return reply.code(404).send({ error: 'monitor not found' });
  }
  return reply.send({ status: result.status === 'paused' ? 'paused' : 'ok' });
};

/** Exemplar's own examples put the host into the metadata. */
const hostOf = (metadata: unknown): { host?: string } => {
  const host = (metadata as { host?: unknown } | null | undefined)?.host;
  if (typeof host !== 'string' || host === '' || host.length > 255) return {};
  return host.includes('\0') || !host.isWellFormed() ? {} : { host };
};
