import { randomUUID } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { MonitorDefinition, MonitorSummary } from '../model.ts';
import { showFaultAsRule } from '../schema/fault.ts';
import { opshiftQuery } from '../schema/queries.ts';
import { opshiftAlert, opshiftPing } from '../schema/requests.ts';
import { useSchemas } from '../schema/validate.ts';
import type { AlertResult } from '../store/alert-store.ts';
import type { Dialect, DialectContext } from './dialect.ts';
import { answerErrorsAsText } from './error-form.ts';
import type { OpshiftAlertBody, OpshiftPingBody } from './opshift-input.ts';
import { parseOpshiftBody, readOpshiftAlert, readOpshiftPing } from './opshift-input.ts';
import { isSigned } from './signature.ts';
import { createSlidingLimit } from './sliding-limit.ts';

const maxBodyBytes = 131_072;

/**
 * OpShift pings and alerts (PROTOCOLS section 1), signed with `X-Webhook-Signature`. A ping token is a monitor's; an alert's
 * address ends in the token of an alert source. Ten pings a minute per token, as the service has it.
 */
export const opshift: Dialect = {
  name: 'opshift',
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
    registerPings(app, context);
    registerAlerts(app, context);
  },
};

interface TokenParams {
  readonly token: string;
}

/** A signature covers the bytes of a body, so they are parsed after it was checked. */
const readSigned = (
  context: DialectContext,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!isSigned(body, request.headers['x-webhook-signature'], context.opshiftSecrets))
    return refuse(reply, 401, 'Invalid signature');
  return undefined;
};

const registerPings = (app: FastifyInstance, context: DialectContext): void => {
  const limit = createSlidingLimit(10, 60_000);
  const admitted = new WeakMap<FastifyRequest, MonitorSummary>();
  type PingRequest = FastifyRequest<{ Params: TokenParams; Body: OpshiftPingBody | undefined }>;
  const preValidation = async (
    request: PingRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    const refused = readSigned(context, request, reply);
    if (refused !== undefined) return refused;
    const monitor = await findMonitor(context, request.params.token);
    if (monitor === null) return refuse(reply, 404, 'Monitor not found or paused');
    const waitMs = limit.take(monitor.id, context.clock.wallMs());
    if (waitMs > 0) {
      void reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
      return refuse(reply, 429, 'Rate limit exceeded: 10 pings per minute');
    }
    admitted.set(request, monitor);
    request.body = parseOpshiftBody(request.body) as OpshiftPingBody;
    return undefined;
  };
  const handler = (request: PingRequest, reply: FastifyReply): Promise<FastifyReply> =>
    receivePing(context, admitted.get(request), request.body ?? {}, reply);
  const url = '/api/ping/:token';
  const querystring = opshiftQuery;
  app.get(url, { exposeHeadRoute: false, schema: { querystring }, preValidation }, handler);
  app.post(url, { schema: { body: opshiftPing, querystring }, preValidation }, handler);
};

const registerAlerts = (app: FastifyInstance, context: DialectContext): void => {
  app.post<{ Params: TokenParams; Body: OpshiftAlertBody }>(
    '/api/alerts/trigger/:token',
    {
      schema: { body: opshiftAlert },
      preValidation: async (request, reply) => {
        const refused = readSigned(context, request, reply);
        if (refused !== undefined) return refused;
        if ((await context.store.findAlertSource(request.params.token)) === null)
          return refuse(reply, 404, 'Alert webhook not found');
        request.body = parseOpshiftBody(request.body) as OpshiftAlertBody;
        return undefined;
      },
    },
    (request, reply) => receiveAlert(context, request.params.token, request.body, reply),
  );
};

const refuse = (reply: FastifyReply, status: number, error: string): FastifyReply =>
  reply.code(status).send({ error });

/** A monitor that takes pings. */
const findMonitor = async (
  { store, clock }: DialectContext,
  token: string,
): Promise<MonitorSummary | null> => {
  const found = await store.findMonitor({ by: 'token', value: token.toLowerCase() });
  const monitor = found === null ? null : await store.getMonitor(found.key, clock.wallMs());
  return monitor === null || monitor.health === 'paused' ? null : monitor;
};

const receivePing = async (
  context: DialectContext,
  monitor: MonitorSummary | undefined,
  body: OpshiftPingBody,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  if (monitor === undefined) return refuse(reply, 404, 'Monitor not found or paused');
  const up = body.status !== 'down';
  const nowMs = context.clock.wallMs();
  const ping = {
    id: randomUUID(),
    state: up ? ('success' as const) : ('fail' as const),
    timestampMs: nowMs,
    receivedMs: nowMs,
    dialect: 'opshift',
    ...readOpshiftPing(body),
  };
  const [result] = await context.store.ingest([{ monitor: { by: 'id', value: monitor.id }, ping }]);
  context.countPing('opshift', result?.status ?? 'unknown-monitor', 1);
  if (result?.status !== 'accepted') return refuse(reply, 404, 'Monitor not found or paused');
  return reply.send(await describePing(context, monitor, up));
};

const describePing = async (
  context: DialectContext,
  { key, name }: MonitorDefinition,
  up: boolean,
): Promise<Record<string, unknown>> => {
  const after = await context.store.getMonitor(key, context.clock.wallMs());
  return {
    message: up ? 'Ping received' : 'Down ping received',
    monitor: { name, status: statusOf(after), monitoringActive: after?.health !== 'paused' },
    pingStatus: up ? 'up' : 'down',
  };
};

/** OpShift knows four states. */
const statusOf = (monitor: MonitorSummary | null): 'idle' | 'up' | 'down' | 'paused' => {
  if (monitor === null || monitor.health === 'new') return 'idle';
  return monitor.health === 'stuck' ? 'down' : monitor.health;
};

const messages: Readonly<Record<AlertResult['status'], string>> = {
  created: 'Alert created',
  filtered: 'Alert filtered',
  occurrence_added: 'Occurrence added to an open alert',
  reopened: 'Alert reopened',
};

const receiveAlert = async (
  context: DialectContext,
  token: string,
  body: OpshiftAlertBody,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const source = await context.store.findAlertSource(token);
  if (source === null) return refuse(reply, 404, 'Alert webhook not found');
  const alert = readOpshiftAlert(body);
  const result = await context.store.raiseAlert(source, alert, context.clock.wallMs());
  return reply.send({
    alertId: result.alert?.id ?? null,
    status: result.status,
    message: messages[result.status],
    occurrenceCount: result.alert?.occurrenceCount ?? null,
    ...(result.status === 'filtered' ? { reason: `less severe than ${source.minSeverity}` } : {}),
  });
};
