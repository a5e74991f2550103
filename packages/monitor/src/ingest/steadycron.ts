import { randomUUID } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { bearerKey } from '../access/access.ts';
import type { PingState } from '../model.ts';
import { showFaultAsRule } from '../schema/fault.ts';
import { steadycronQuery } from '../schema/queries.ts';
import { useSchemas } from '../schema/validate.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { answerErrorsAsText } from './error-form.ts';
import { cleanText, findKeyFault, isUuid, uuidFromHex } from './text.ts';

const maxTextBytes = 1024;
/** A little more than is kept, so that a text that is just over the limit is cut and not refused. */
const maxBodyBytes = 16_384;

/**
 * SteadyCron (PROTOCOLS section 1). Resolve: `GET /api/monitors/resolve?key=` with a bearer key of the scope `read`. Pings:
 * `POST` or `GET` `/{token}`, `/{token}/start`, `/{token}/success`, `/{token}/fail`, at the root and under `/steadycron`, so
 * that either address can be the SDK's ping URL.
 *
 * Resolving hands out the token that pings are sent with: whoever holds a read key can ping. That is SteadyCron's contract,
 * not a slip; give a read key to nobody who must not ping.
 */
export const steadycron: Dialect = {
  name: 'steadycron',
  register: (app, context) => {
    answerErrorsAsText(app);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => {
        done(null, body);
      },
    );
    useSchemas(app, showFaultAsRule);
    app.get('/api/monitors/resolve', (request, reply) => resolve(context, request, reply));
    for (const root of ['', '/steadycron']) registerPings(app, context, root);
  },
};

interface PingRequest {
  Params: { readonly token: string };
  Querystring: { readonly run_id?: string; readonly env?: string };
}

const registerPings = (app: FastifyInstance, context: DialectContext, root: string): void => {
  const states = {
    '': 'success',
    '/success': 'success',
    '/start': 'start',
    '/fail': 'fail',
  } as const;
  for (const [word, state] of Object.entries(states)) {
    app.route<PingRequest>({
      method: ['GET', 'POST'],
      // the form of a token keeps these routes from answering for every address at the root
      url: `${root}/:token(^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$)${word}`,
      exposeHeadRoute: false,
      schema: { querystring: steadycronQuery },
      handler: (request, reply) => receive(context, request, reply, state),
    });
  }
};

const refuse = (reply: FastifyReply, status: number, error: string): FastifyReply =>
  reply.code(status).send({ error });

const resolve = async (
  context: DialectContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const verdict = await context.access.check(bearerKey(request.headers.authorization), 'read');
  if (verdict === 'forbidden') return refuse(reply, 403, 'this key may not read');
  if (verdict !== 'allowed') return refuse(reply, 401, 'invalid API key');
  const { key } = request.query as { key?: string };
  if (key === undefined || findKeyFault(key) !== null) return refuse(reply, 400, 'key is required');
  const monitor = await context.store.findMonitor({ by: 'key', value: key });
  if (monitor === null) return refuse(reply, 404, 'unknown key');
  return reply.send({ key, job_id: monitor.id, kind: 'heartbeat', ping_token: monitor.pingToken });
};

const receive = async (
  context: DialectContext,
  request: FastifyRequest<PingRequest>,
  reply: FastifyReply,
  state: PingState,
): Promise<FastifyReply> => {
  const token = request.params.token.toLowerCase();
  if (!isUuid(token)) return refuse(reply, 404, 'unknown token');
  const { run_id: run, env } = request.query;
  const runId = run === undefined ? null : uuidFromHex(run);
  const nowMs = context.clock.wallMs();
  const text = Buffer.isBuffer(request.body)
    ? cleanText(request.body.toString('utf8'), maxTextBytes)
    : '';
  const environment = env === undefined ? '' : cleanText(env, 200);
  const ping = {
    id: randomUUID(),
    state,
    timestampMs: nowMs,
    receivedMs: nowMs,
    dialect: 'steadycron',
    ...(runId === null ? {} : { runId }),
    ...(text === '' ? {} : { message: text }),
    ...(environment === '' ? {} : { environment }),
  };
  const [result] = await context.store.ingest([{ monitor: { by: 'token', value: token }, ping }]);
  context.countPing('steadycron', result?.status ?? 'unknown-monitor', 1);
  if (result === undefined || result.status === 'unknown-monitor') {
    return refuse(reply, 404, 'unknown token');
  }
  return reply.send({ ok: true });
};
