import type { Ping } from '../ping/ping.ts';
import { interpretAnswer, readJson, textOf } from './_answers.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, optionalSecret, readFlag, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type {
  Capabilities,
  Interpretation,
  Provider,
  ProviderRequest,
  ProviderResponse,
  ProviderUpsert,
  RequestContext,
  SecretSource,
} from './provider.ts';

/** Options of {@link lubdub}. */
export interface LubdubOptions extends ProviderOptions {
  /** An API key of the monitor; not needed while it runs open on a loopback address. */
  readonly apiKey?: SecretSource | undefined;
  /** Creates or changes the declared monitors at start-up; needs a key that may administrate. Default false. */
  readonly upsert?: boolean | undefined;
}

const capabilities: Capabilities = {
  states: ['start', 'success', 'fail', 'log'],
  text: { max: 10_000, unit: 'bytes', keep: 'tail' },
  metadata: { maxBytes: 65_536, maxDepth: 10 },
  runId: 'uuid',
  exitCode: true,
  duration: true,
  clientTimestamp: true,
  metrics: true,
  environment: true,
  groupKey: true,
  idempotent: true,
  acceptIsProof: true,
  limitsRunDuration: true,
  count: true,
  rateLimits: [],
};

const headersOf = (context: RequestContext): Record<string, string> => ({
  'content-type': 'application/json',
  ...(context.secrets['apiKey'] ? { authorization: `Bearer ${context.secrets['apiKey']}` } : {}),
});

const field = (name: string, value: unknown): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;

/** The fields that all pings of a monitor in a batch share, as JSON. */
interface Shared {
  readonly context: RequestContext;
  readonly key: string;
  readonly sender: string;
}

// The monitor refuses a ping with a longer text in one of these; losing its end is better.
const sharedOf = (context: RequestContext): Shared => ({
  context,
  key: field('key', context.target),
  sender:
    field('environment', context.environment?.slice(0, 200)) +
    field('host', context.host?.slice(0, 255)) +
    field('instance', context.instance),
});

/** Field by field: a worker tells thousands of pings a second, and most of their fields are missing. */
const pingJson = (ping: Ping, { key, sender }: Shared): string =>
  `{"id":${JSON.stringify(ping.id)}${key},"state":"${ping.state}"` +
  field('timestampMs', ping.timestampMs) +
  field('runId', ping.runId) +
  field('durationMs', ping.durationMs) +
  field('message', ping.message) +
  field('exitCode', ping.exitCode) +
  field('groupKey', ping.groupKey?.slice(0, 200)) +
  field('metrics', ping.metrics) +
  sender +
  field('count', ping.count > 1 ? ping.count : undefined) +
  field('reason', ping.reason?.slice(0, 100)) +
  (ping.metadataJson === undefined ? '}' : `,"metadata":${ping.metadataJson}}`);

const stranger: Interpretation = {
  status: 'rejected',
  reason: 'bad-answer',
  message: 'No lubdub monitor answers at baseUrl.',
  misconfigured: true,
};

const interpretBatch = (
  response: ProviderResponse,
  pings: readonly Ping[],
): readonly Interpretation[] => {
  const common = interpretAnswer(response, true);
  if (common.status !== 'accepted') return pings.map(() => common);
  // Something else that listens there, a page server say, must not count as a monitor that keeps watch.
  if (/^\s*[^\s{]/u.test(response.body)) return pings.map(() => stranger);
  const { rejected } = readJson(response);
  const refused = new Map<unknown, Interpretation>();
  for (const item of Array.isArray(rejected)
    ? (rejected as readonly Record<string, unknown>[])
    : []) {
    const reason = textOf(item['reason']) ?? 'rejected';
    const message = textOf(item['message']);
    refused.set(item['id'], {
      status: 'rejected',
      reason,
      ...(message === undefined ? {} : { message }),
      misconfigured: reason === 'unknown-monitor',
    });
  }
  return pings.map((ping) => refused.get(ping.id) ?? common);
};

const upsertAt = (root: string): ProviderUpsert => ({
  toRequest: (key, { id, ...monitor }, context) => ({
    method: 'PUT',
    url: `${root}/api/v1/monitors/${encodeURIComponent(id ?? key)}`,
    headers: headersOf(context),
    body: JSON.stringify(monitor),
  }),
  interpret: (response) => interpretAnswer(response, true),
});

/**
 * The monitor of this project, `@lubdub/monitor`, over its batch API. It takes everything a ping can hold, keeps the
 * client's time and ignores a ping whose id it has seen; what it accepts is on its disk.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const lubdub = (options: LubdubOptions = {}): Provider => {
  checkOptions('lubdub', options, ['apiKey', 'upsert']);
  const root = readRoot('baseUrl', options.baseUrl, 'http://127.0.0.1:4747');
  const batchRequest = (
    pings: readonly Ping[],
    contextOf: (ping: Ping) => RequestContext,
  ): ProviderRequest => {
    const [first] = pings;
    let shared: Shared | undefined;
    const list = pings
      .map((ping) => {
        const context = contextOf(ping);
        if (shared?.context !== context) shared = sharedOf(context);
        return pingJson(ping, shared);
      })
      .join(',');
    // the monitor moves the times of a clock that is wrong
    const sent = first === undefined ? '' : `"sentMs":${contextOf(first).sentMs},`;
    return {
      method: 'POST',
      url: `${root}/api/v1/pings`,
      headers: first === undefined ? {} : headersOf(contextOf(first)),
      body: `{${sent}"pings":[${list}]}`,
    };
  };
  return defineProvider(options, {
    name: 'lubdub',
    origins: [root],
    capabilities,
    ...optionalSecret('apiKey', options.apiKey, "the monitor's API key"),
    upsertDeclared: readFlag('upsert', options.upsert),
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key)
        ? undefined
        : 'a key of printable characters other than "." and ".."',
    toRequest: (ping, context) => batchRequest([ping], () => context),
    interpret: (response, ping) => interpretBatch(response, [ping])[0] ?? { status: 'rejected' },
    batch: {
      maxPings: 1_000,
      maxBytes: 1_048_576,
      lingerMs: 20,
      toRequest: batchRequest,
      interpret: interpretBatch,
    },
    upsert: upsertAt(root),
  });
};

/** Variables that `heartbeatFromEnv` reads for the project's own monitor. */
export const lubdubEnvironment: ProviderEnvironment = {
  name: 'lubdub',
  prefix: 'LUBDUB',
  variables: [
    { name: 'LUBDUB_API_KEY', option: 'apiKey', kind: 'secret' },
    { name: 'LUBDUB_UPSERT', option: 'upsert', kind: 'flag' },
  ],
  create: lubdub,
};
