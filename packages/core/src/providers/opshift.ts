import { createHmac } from 'node:crypto';
import { invalidOption } from '../errors.ts';
import { readJson, textOf, withJson } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot, readSecret } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { interpretStatus } from './provider.ts';
import type {
  Alert,
  AlertResult,
  Interpretation,
  Provider,
  ProviderAlert,
  ProviderRequest,
  ProviderResponse,
  RequestContext,
  SecretSource,
} from './provider.ts';

/** Options of {@link opshift}. An entry of `monitors` is the monitor's ping token. */
export interface OpshiftOptions extends ProviderOptions {
  /** The team's secret, 64 hexadecimal digits; with a list the first signs. A function or a file rotates without a restart. */
  readonly secret: SecretSource | readonly SecretSource[] | undefined;
  /** Name -> alert webhook id, so that `alert('deploys', …)` needs no id in the code; a name without an entry is the id. */
  readonly alerts?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The answer to a ping, as `ProviderOutcome.response`. */
export interface OpshiftPingResponse {
  readonly message: string;
  readonly monitor: {
    readonly name: string;
    readonly status: 'idle' | 'up' | 'down' | 'paused';
    readonly monitoringActive: boolean;
  };
  readonly pingStatus: 'up' | 'down';
}

const reasons: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'bad-signature',
  403: 'subscription',
  404: 'unknown-or-paused',
};

const signed = (url: string, body: string, context: RequestContext): ProviderRequest => ({
  method: 'POST',
  url,
  headers: {
    'content-type': 'application/json',
    // The secret's text is the key, not the bytes that its digits spell (assumed: the service names no decoding).
    'x-webhook-signature': createHmac('sha256', context.secrets['secret'] ?? '')
      .update(body)
      .digest('hex'),
  },
  body,
});

const interpretError = (response: ProviderResponse): Interpretation => {
  const read = interpretStatus(response, true);
  const message = textOf(readJson(response)['error']);
  return {
    ...read,
    reason: reasons[response.status] ?? read.reason ?? 'http',
    ...(message === undefined ? {} : { message }),
    ...(response.status === 401 ? { misconfigured: true } : {}),
  };
};

const interpretPing = (response: ProviderResponse, expected: 'up' | 'down'): Interpretation => {
  if (response.status < 200 || response.status > 299) return interpretError(response);
  const body = readJson(response);
  const said = textOf(body['pingStatus']);
  if (said !== undefined && said !== expected) {
    return {
      status: 'unverified',
      reason: 'other-status',
      message: `OpShift took the ping as "${said}".`,
      response: body,
    };
  }
  return { status: 'accepted', response: body };
};

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
    : 0;

const checkAlert = (alert: Alert): string | undefined => {
  const { title, description, severity, metadata, groupKey } = alert;
  if (typeof title !== 'string' || title === '' || title.length > 200)
    return 'title takes 1 to 200 characters';
  if (description !== undefined && description.length > 2_000)
    return 'description takes at most 2,000 characters';
  if (severity !== undefined && !/^sev[0-4]$/u.test(severity)) return 'severity takes sev0 to sev4';
  if (groupKey !== undefined && groupKey.length > 200)
    return 'groupKey takes at most 200 characters';
  if (metadata === undefined) return undefined;
  try {
    const tooLarge =
      Buffer.byteLength(JSON.stringify(metadata)) > 102_400 || depthOf(metadata) > 10;
    return tooLarge ? 'metadata takes at most 100 KB of JSON and 10 levels' : undefined;
  } catch {
    return 'metadata takes plain JSON data';
  }
};

const alertAt = (root: string, targets: Readonly<Record<string, string>>): ProviderAlert => ({
  idempotent: false,
  secretTargets: targets,
  check: checkAlert,
  toRequest: (target, { groupKey, ...alert }, context) => {
    const id = Object.hasOwn(targets, target) ? (targets[target] as string) : target;
    const body = JSON.stringify({ ...alert, group_key: groupKey });
    return signed(`${root}/api/alerts/trigger/${encodeURIComponent(id)}`, body, context);
  },
  interpret: (response) => {
    if (response.status < 200 || response.status > 299) return interpretError(response);
    const { alertId, status, message, occurrenceCount, reason } = readJson(response);
    const result: AlertResult = {
      status: (textOf(status)?.replaceAll('_', '-') ?? 'accepted') as AlertResult['status'],
      alertId: textOf(alertId) ?? null,
      message: textOf(message),
      occurrenceCount: typeof occurrenceCount === 'number' ? occurrenceCount : null,
      reason: textOf(reason),
    };
    return { status: 'accepted', response: readJson(response), result };
  },
});

const readAlerts = (alerts: OpshiftOptions['alerts'] = {}): Readonly<Record<string, string>> => {
  const wrong = Object.keys(alerts).find(
    (name) => typeof alerts[name] !== 'string' || !isSegment(alerts[name]),
  );
  if (wrong !== undefined)
    throw invalidOption(`alerts.${wrong}`, 'no webhook id', "the id at the end of the alert's URL");
  return alerts as Readonly<Record<string, string>>;
};

/**
 * OpShift pings and alerts, signed with HMAC-SHA256 over the exact bytes. `up` and `down` are its states: a fail opens an
 * incident at once, a start does not exist. Its 404 means unknown or paused, so it is no misconfiguration.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const opshift = (options: OpshiftOptions): Provider => {
  checkOptions('opshift', options, ['secret', 'alerts']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://www.opshift.io');
  return defineProvider(options, {
    name: 'opshift',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['success', 'fail'],
      text: { max: 200, unit: 'characters', keep: 'head' },
      metadata: { maxBytes: 102_400, maxDepth: 10 },
      groupKey: true,
      acceptIsProof: true,
      rateLimits: [{ count: 10, windowMs: 60_000, per: 'monitor' }],
    },
    secrets: {
      secret: readSecret(
        'secret',
        options.secret,
        "the team's secret of 64 hexadecimal digits",
        /^[0-9a-f]{64}$/iu,
      ),
    },
    targetIsSecret: true,
    defaultTimeoutMs: 30_000,
    checkMonitor: (key, monitor) => (isSegment(monitor.id ?? key) ? undefined : 'a ping token'),
    toRequest: (ping, context) => {
      const status = ping.state === 'fail' ? 'down' : 'up';
      const fields = { status, reason: ping.message, group_key: ping.groupKey?.slice(0, 200) };
      const url = `${root}/api/ping/${encodeURIComponent(context.target)}`;
      return signed(url, withJson(fields, 'metadata', ping.metadataJson), context);
    },
    interpret: (response, ping) => interpretPing(response, ping.state === 'fail' ? 'down' : 'up'),
    alert: alertAt(root, readAlerts(options.alerts)),
  });
};

/** Variables that `heartbeatFromEnv` reads for OpShift. */
export const opshiftEnvironment: ProviderEnvironment = {
  name: 'opshift',
  prefix: 'OPSHIFT',
  variables: [
    { name: 'OPSHIFT_SECRET', option: 'secret', kind: 'secrets', required: true },
    { name: 'OPSHIFT_ALERTS', option: 'alerts', kind: 'monitors' },
  ],
  create: opshift,
};
