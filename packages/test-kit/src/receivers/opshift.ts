import { createHmac, timingSafeEqual } from 'node:crypto';
import { jsonOf, minuteLimit, objectOf, startReceiver } from './receiver.ts';
import type { Answer, ReceivedRequest, Receiver } from './receiver.ts';

/** A ping or alert that OpShift would have taken. */
export interface OpshiftEvent {
  readonly kind: 'ping' | 'alert';
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** OpShift's ping and alert endpoints. */
export interface OpshiftReceiver extends Receiver {
  readonly events: readonly OpshiftEvent[];
  /** The secrets that are valid now; two while they rotate. */
  secrets: readonly string[];
  /** Ping tokens whose monitor is paused: 404. */
  paused: readonly string[];
  /** The answer to the next alerts. */
  alertStatus: 'created' | 'filtered' | 'occurrence_added' | 'reopened';
  /** Answers instead of the rules, until it returns undefined. */
  override: ((request: ReceivedRequest) => Answer | undefined) | undefined;
}

const over = (value: unknown, limit: number): boolean =>
  value !== undefined && (typeof value !== 'string' || value.length > limit);

const levels = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((item) => levels(item)))
    : 0;

const badMetadata = (value: unknown): boolean =>
  value !== undefined &&
  (objectOf(value) === undefined ||
    Buffer.byteLength(JSON.stringify(value)) > 102_400 ||
    levels(value) > 10);

const pingProblem = (body: Readonly<Record<string, unknown>>): string | undefined => {
  const { status, reason, group_key: group, metadata, ...other } = body;
  if (status !== undefined && status !== 'up' && status !== 'down') return 'status';
  if (over(reason, 200)) return 'reason';
  if (over(group, 200)) return 'group_key';
  if (badMetadata(metadata)) return 'metadata';
  return Object.keys(other)[0];
};

const alertProblem = (body: Readonly<Record<string, unknown>>): string | undefined => {
  const { title, description, severity, metadata, group_key: group, ...other } = body;
  if (title === undefined || title === '' || over(title, 200)) return 'title';
  if (over(description, 2_000)) return 'description';
  if (
    severity !== undefined &&
    !['sev0', 'sev1', 'sev2', 'sev3', 'sev4'].includes(severity as string)
  )
    return 'severity';
  if (badMetadata(metadata)) return 'metadata';
  if (over(group, 200)) return 'group_key';
  return Object.keys(other)[0];
};

const signatureOf = (body: Buffer, secret: string): Buffer =>
  createHmac('sha256', secret).update(body).digest();

const isSigned = (request: ReceivedRequest, secrets: readonly string[]): boolean => {
  const given = Buffer.from(request.headers['x-webhook-signature'] ?? '', 'hex');
  return secrets.some((secret) => {
    const expected = signatureOf(request.body, secret);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

/**
 * Starts a receiver with OpShift's rules: an HMAC-SHA256 over the raw bytes by one of the valid secrets, limits of each field,
 * 404 for unknown and paused, ten pings a minute and token, typed answers.
 */
export const startOpshift = async (options: {
  readonly secrets: readonly string[];
  readonly tokens: readonly string[];
  readonly alerts?: readonly string[];
}): Promise<OpshiftReceiver> => {
  const events: OpshiftEvent[] = [];
  const underLimit = minuteLimit(10, () => performance.now());
  const state: Pick<OpshiftReceiver, 'secrets' | 'paused' | 'alertStatus' | 'override'> = {
    secrets: options.secrets,
    paused: [],
    alertStatus: 'created',
    override: undefined,
  };
  const ping = (target: string, body: Readonly<Record<string, unknown>>): Answer => {
    if (!options.tokens.includes(target) || state.paused.includes(target)) {
      return { status: 404, body: { error: 'Monitor not found' } };
    }
    if (!underLimit(target)) return { status: 429, body: { error: 'Too many pings' } };
    const problem = pingProblem(body);
    if (problem !== undefined) return { status: 400, body: { error: `Invalid ${problem}` } };
    events.push({ kind: 'ping', target, body });
    const status = body['status'] === 'down' ? 'down' : 'up';
    return {
      status: 200,
      body: {
        message: 'Ping received',
        monitor: { name: target, status, monitoringActive: true },
        pingStatus: status,
      },
    };
  };
  const alert = (target: string, body: Readonly<Record<string, unknown>>): Answer => {
    if (options.alerts?.includes(target) !== true)
      return { status: 404, body: { error: 'Webhook not found' } };
    const problem = alertProblem(body);
    if (problem !== undefined) return { status: 400, body: { error: `Invalid ${problem}` } };
    events.push({ kind: 'alert', target, body });
    const filtered = state.alertStatus === 'filtered';
    return {
      status: 200,
      body: {
        alertId: filtered ? null : 'alert-1',
        status: state.alertStatus,
        message: `Alert ${state.alertStatus}`,
        occurrenceCount: filtered ? null : events.length,
        ...(filtered ? { reason: 'muted by a rule' } : {}),
      },
    };
  };
  const receiver = await startReceiver((request) => {
    const instead = state.override?.(request);
    if (instead !== undefined) return instead;
    const [, kind, id] = /^\/api\/(ping|alerts\/trigger)\/([^/]+)$/u.exec(request.path) ?? [];
    if (kind === undefined || id === undefined)
      return { status: 404, body: { error: 'Not found' } };
    if (!isSigned(request, state.secrets))
      return { status: 401, body: { error: 'Invalid signature' } };
    if (request.body.length > 0 && request.headers['content-type'] !== 'application/json')
      return { status: 415 };
    const body = request.body.length === 0 ? {} : objectOf(jsonOf(request.body));
    if (body === undefined) return { status: 400, body: { error: 'Invalid JSON' } };
    return kind === 'ping'
      ? ping(decodeURIComponent(id), body)
      : alert(decodeURIComponent(id), body);
  });
  return Object.assign(state, receiver, { events });
};
