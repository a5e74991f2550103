import type { FastifyReply } from 'fastify';

import { showFaultAsRule } from '../schema/fault.ts';
import { peekapiEvent, peekapiEvents } from '../schema/requests.ts';
import { compileSchema, useSchemas } from '../schema/validate.ts';
import type { RequestEvent } from '../store/request-store.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { headerKey, requirePingKey } from './dialect.ts';
import { answerErrorsAsText } from './error-form.ts';
import { cleanText } from './text.ts';

const maxBodyBytes = 8_388_608;
const hourMs = 3_600_000;
/** Older events would reopen hours that are being deleted. */
const oldestMs = 34 * 24 * hourMs;

/** An event that its schema has let through. */
interface Event {
  readonly method: string;
  readonly path: string;
  readonly status_code: number;
  readonly [name: string]: unknown;
}

const findFault = compileSchema(peekapiEvent);

/**
 * PeekAPI request events (PROTOCOLS section 1): `POST /v1/events` with `x-api-key` and a JSON array. Events are added up by
 * hour, route, status class and consumer; one that cannot be read is counted in the answer and left out. The protocol has no
 * event ids, so what a client sends twice is counted twice.
 */
export const peekapi: Dialect = {
  name: 'peekapi',
  register: (app, context) => {
    answerErrorsAsText(app);
    useSchemas(app, showFaultAsRule, 413);
    requirePingKey(app, context, headerKey, (reply) =>
      reply.code(401).send({ error: 'invalid API key' }),
    );
    app.post<{ Body: readonly unknown[] }>(
      '/v1/events',
      { bodyLimit: maxBodyBytes, schema: { body: peekapiEvents } },
      (request, reply) => receive(context, request.body, reply),
    );
  },
};

const receive = async (
  context: DialectContext,
  values: readonly unknown[],
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const nowMs = context.clock.wallMs();
  const events = values
    .filter((value) => findFault(value) === null)
    .map((value) => readEvent(value as Event, nowMs));
  await context.store.addRequests(events);
  return reply.code(202).send({ accepted: events.length, rejected: values.length - events.length });
};

const readText = (value: unknown, max: number): string | null =>
  typeof value === 'string' && value !== '' ? cleanText(value.slice(0, max), max * 4) : null;

const readNumber = (value: unknown, max: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, 0), max) : 0;

/** A timestamp is ISO 8601 in the SDKs; numbers are taken as seconds or, when they are large, as milliseconds. */
const readTime = (value: unknown, nowMs: number): number => {
  const time =
    typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : nowMs;
  if (!Number.isFinite(time)) return nowMs;
  const timeMs = time < 100_000_000_000 ? time * 1000 : time;
  return timeMs > nowMs || timeMs < nowMs - oldestMs ? nowMs : timeMs;
};

const readEvent = (event: Event, nowMs: number): RequestEvent => ({
  method: cleanText(event.method.slice(0, 16), 64).toUpperCase(),
  path: cleanText(event.path.slice(0, 2048), 8192),
  statusCode: event.status_code,
  responseTimeMs: readNumber(event['response_time_ms'], 86_400_000),
  requestSize: Math.round(readNumber(event['request_size'], Number.MAX_SAFE_INTEGER)),
  responseSize: Math.round(readNumber(event['response_size'], Number.MAX_SAFE_INTEGER)),
  consumerId: readText(event['consumer_id'], 256),
  timestampMs: readTime(event['timestamp'], nowMs),
});
