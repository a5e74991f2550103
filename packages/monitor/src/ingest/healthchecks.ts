import { randomUUID } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { IncomingPing, PingState } from '../model.ts';
import type { MonitorReference } from '../store/store.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { cleanText, isUuid } from './text.ts';

const bodyBytes = 100_000;
const slugForm = /^[a-z0-9_-]{1,100}$/;

interface Signal {
  readonly state: PingState;
  readonly exitCode?: number;
}

/**
 * Healthchecks ping URLs: `/ping/{uuid}` and `/ping/{ping key}/{slug}`, each with `/start`, `/fail`, `/log` or an exit
 * status. The UUID is a monitor's ping token, the slug its key, the ping key an API key. curl and runitor work.
 */
export const healthchecks: Dialect = {
  name: 'healthchecks',
  register: (app, context) => {
    acceptAnyBody(app);
    for (const url of ['/ping/:one', '/ping/:one/:two', '/ping/:one/:two/:three']) {
      app.route({
        method: ['GET', 'HEAD', 'POST'],
        url,
        exposeHeadRoute: false,
        handler: (request, reply) => receive(context, request, reply),
      });
    }
  },
};

/** The body is text of any kind; what is over the limit is cut, not refused. */
const acceptAnyBody = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    payload.on('data', (chunk: Buffer) => {
      if (length < bodyBytes) chunks.push(chunk.subarray(0, bodyBytes - length));
      length += chunk.length;
    });
    payload.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
    payload.on('error', (error: Error) => done(error));
  });
};

const answer = (reply: FastifyReply, code: number, body: string): FastifyReply =>
  reply
    .code(code)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('ping-body-limit', String(bodyBytes))
    .header('access-control-allow-origin', '*')
    .send(body);

const readSignal = (word: string | undefined): Signal | null => {
  if (word === undefined) return { state: 'success' };
  if (word === 'start' || word === 'fail' || word === 'log') return { state: word };
  if (!/^\d{1,3}$/.test(word) || Number(word) > 255) return null;
  const exitCode = Number(word);
  return { state: exitCode === 0 ? 'success' : 'fail', exitCode };
};

const receive = async (
  context: DialectContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { one, two, three } = request.params as { one: string; two?: string; three?: string };
  const query = request.query as Record<string, string | undefined>;
  const bySlug = !isUuid(one);
  const signal = readSignal(bySlug ? three : two);
  if (signal === null || (bySlug ? two === undefined : three !== undefined)) {
    return answer(reply, 400, 'invalid url format');
  }
  const runId = query['rid'];
  if (runId !== undefined && !isUuid(runId)) return answer(reply, 400, 'invalid uuid format');
  const monitor: MonitorReference = bySlug
    ? { by: 'key', value: two ?? '' }
    : { by: 'token', value: one.toLowerCase() };
  if (bySlug && (await context.access.check(one, 'ping')) !== 'allowed') {
    return answer(reply, 404, 'not found');
  }
  const create = bySlug && query['create'] === '1';
  if (create && !slugForm.test(monitor.value)) return answer(reply, 400, 'invalid slug format');
  const ping = toPing(context, signal, request, runId);
  const [result] = await context.store.ingest([{ monitor, ping, create }]);
  context.countPing('healthchecks', result?.status ?? 'unknown-monitor', 1);
  if (result === undefined || result.status === 'unknown-monitor') {
    return bySlug ? answer(reply, 404, 'not found') : answer(reply, 200, 'OK (not found)');
  }
  return result.created ? answer(reply, 201, 'Created') : answer(reply, 200, 'OK');
};

const toPing = (
  context: DialectContext,
  signal: Signal,
  request: FastifyRequest,
  runId: string | undefined,
): IncomingPing => {
  const nowMs = context.clock.wallMs();
  const body = typeof request.body === 'string' ? cleanText(request.body, bodyBytes) : '';
  return {
    id: randomUUID(),
    timestampMs: nowMs,
    receivedMs: nowMs,
    dialect: 'healthchecks',
    ...signal,
    ...(runId === undefined ? {} : { runId: runId.toLowerCase() }),
    ...(body === '' ? {} : { message: body }),
  };
};
