import { createHmac } from 'node:crypto';
import { describeValue, invalidOption } from '../errors.ts';
import type { Ping, PingState } from '../ping/ping.ts';
import { withJson } from './_answers.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readRoot, readSecret, readText } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { interpretStatus } from './provider.ts';
import type {
  Capabilities,
  Provider,
  ProviderRequest,
  RequestContext,
  SecretSource,
} from './provider.ts';

/** Options of {@link webhook}. */
export interface WebhookOptions extends Omit<ProviderOptions, 'baseUrl'> {
  /** Where pings go. `{key}`, `{state}` and `{runId}` in its path or query are filled in. */
  readonly url: string | undefined;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT' | undefined;
  /** Headers of every request, by name; values may be functions or files, and are masked everywhere. */
  readonly headers?: Readonly<Record<string, SecretSource>> | undefined;
  /** Signs the body: the header `signatureHeader` carries its HMAC-SHA256 in hex. */
  readonly secret?: SecretSource | readonly SecretSource[] | undefined;
  /** Default `x-lubdub-signature`. */
  readonly signatureHeader?: string | undefined;
  /** Before the signature, for example `sha256=`. Default nothing. */
  readonly signaturePrefix?: string | undefined;
  /** Makes the body. Default: a JSON object of all that the ping holds. */
  readonly body?: ((ping: Ping, context: Omit<RequestContext, 'secrets'>) => string) | undefined;
  /** Default `application/json`. */
  readonly contentType?: string | undefined;
  /** States that are sent. Default all four. */
  readonly states?: readonly PingState[] | undefined;
  /** Other limits of the receiver, over the defaults. */
  readonly capabilities?: Partial<Omit<Capabilities, 'states'>> | undefined;
}

const everything: Capabilities = {
  states: ['start', 'success', 'fail', 'log'],
  text: { max: 10_000, unit: 'bytes', keep: 'tail' },
  metadata: { maxBytes: 65_536 },
  runId: 'uuid',
  exitCode: true,
  duration: true,
  clientTimestamp: true,
  metrics: true,
  environment: true,
  groupKey: true,
  idempotent: false,
  acceptIsProof: true,
  limitsRunDuration: false,
  count: true,
  rateLimits: [],
};

const own = [
  'url',
  'method',
  'headers',
  'secret',
  'signatureHeader',
  'signaturePrefix',
  'body',
  'contentType',
  'states',
  'capabilities',
];
const headerForm = /^[a-z0-9-]+$/iu;

const defaultBody = (
  ping: Ping,
  { target, environment, host, instance }: Omit<RequestContext, 'secrets'>,
): string => {
  const {
    id,
    state,
    timestampMs,
    runId,
    message,
    durationMs,
    exitCode,
    groupKey,
    metrics,
    reason,
    count,
  } = ping;
  const fields = {
    id,
    key: target,
    state,
    timestampMs,
    runId,
    message,
    durationMs,
    exitCode,
    groupKey,
    metrics,
    reason,
    count,
  };
  return withJson({ ...fields, environment, host, instance }, 'metadata', ping.metadataJson);
};

const readUrl = (url: string | undefined): { readonly root: string; readonly template: string } => {
  if (typeof url !== 'string') throw invalidOption('url', describeValue(url), 'a URL');
  const [path = '', query] = url.split('?', 2);
  const root = readRoot('url', path.replaceAll(/\{\w+\}/gu, 'x'), '');
  if (/\{(?!key\}|state\}|runId\})/u.test(url) || /[\s#]/u.test(query ?? '')) {
    throw invalidOption(
      'url',
      'an unknown placeholder, white space or a fragment',
      'only {key}, {state} and {runId} in braces',
    );
  }
  return { root: new URL(root).origin, template: url };
};

const readStates = (states: readonly PingState[] | undefined): readonly PingState[] => {
  const list = states ?? everything.states;
  const good =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((state) => everything.states.includes(state));
  if (!good)
    throw invalidOption('states', describeValue(states), `some of ${everything.states.join(', ')}`);
  return list;
};

const secretsOf = (options: WebhookOptions): NonNullable<Provider['secrets']> => {
  const secrets: Record<string, SecretSource | readonly SecretSource[]> = {};
  if (options.secret !== undefined)
    secrets['secret'] = readSecret('secret', options.secret, 'a text', /^\P{Cc}+$/u);
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    readText(`headers.${name}`, name, 'a header name', headerForm);
    readSecret(`headers.${name}`, value, 'a text of printable ASCII', /^[\u0020-\u007e]+$/u);
    secrets[`headers.${name}`] = value;
  }
  return secrets;
};

const fill = (template: string, ping: Ping, target: string): string => {
  const values: Record<string, string> = {
    key: target,
    state: ping.state,
    runId: ping.runId ?? '',
  };
  return template.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
};

const toRequest = (
  options: WebhookOptions,
  ping: Ping,
  context: RequestContext,
): ProviderRequest => {
  const { secrets, ...plain } = context;
  const body = (options.body ?? defaultBody)(ping, plain);
  const headers: Record<string, string> = {
    'content-type': options.contentType ?? 'application/json',
  };
  for (const name of Object.keys(options.headers ?? {}))
    headers[name.toLowerCase()] = secrets[`headers.${name}`] ?? '';
  if (secrets['secret'] !== undefined) {
    const signature = createHmac('sha256', secrets['secret']).update(body).digest('hex');
    const name = (options.signatureHeader ?? 'x-lubdub-signature').toLowerCase();
    headers[name] = `${options.signaturePrefix ?? ''}${signature}`;
  }
  return {
    method: options.method ?? 'POST',
    url: fill(options.url ?? '', ping, context.target),
    headers,
    body,
  };
};

/**
 * Any receiver of HTTP requests: the address, the headers, the signature and the body are yours. Any 2xx counts as accepted.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const webhook = (options: WebhookOptions): Provider => {
  checkOptions('webhook', options, own, 'baseUrl');
  const { root } = readUrl(options.url);
  if (options.method !== undefined)
    readText('method', options.method, 'POST or PUT', /^(?:POST|PUT)$/u);
  if (options.signatureHeader !== undefined)
    readText('signatureHeader', options.signatureHeader, 'a header name', headerForm);
  const capabilities = {
    ...everything,
    ...options.capabilities,
    states: readStates(options.states),
  };
  return defineProvider(options, {
    name: 'webhook',
    origins: [root],
    capabilities,
    secrets: secretsOf(options),
    checkMonitor: (key, monitor) =>
      /^\.{0,2}$/u.test(monitor.id ?? key) ? 'a key other than "", "." and ".."' : undefined,
    toRequest: (ping, context) => toRequest(options, ping, context),
    interpret: (response) => interpretStatus(response, capabilities.acceptIsProof),
  });
};

/** Variables that `heartbeatFromEnv` reads for the webhook. */
export const webhookEnvironment: ProviderEnvironment = {
  name: 'webhook',
  prefix: 'WEBHOOK',
  without: 'baseUrl',
  variables: [
    { name: 'WEBHOOK_URL', option: 'url', kind: 'text', required: true },
    { name: 'WEBHOOK_HEADERS', option: 'headers', kind: 'monitors' },
    { name: 'WEBHOOK_SECRET', option: 'secret', kind: 'secrets' },
    { name: 'WEBHOOK_SIGNATURE_HEADER', option: 'signatureHeader', kind: 'text' },
    { name: 'WEBHOOK_SIGNATURE_PREFIX', option: 'signaturePrefix', kind: 'text' },
  ],
  create: webhook,
};
