import type { Ping } from '../ping/ping.ts';
import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readRoot, readSecret, readText } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { withQuery } from './_url.ts';
import type { Provider, ProviderRequest, RequestContext, SecretSource } from './provider.ts';

/** Options of {@link appsignal}. A monitor is known by its identifier. */
export interface AppsignalOptions extends ProviderOptions {
  /** The push API key. */
  readonly apiKey: SecretSource | undefined;
  /** The application's name at AppSignal. */
  readonly appName: string | undefined;
  /** Environment when the client names none. Default `production`. */
  readonly environment?: string | undefined;
  /** `cron`: runs with start and finish. `heartbeat`: every success is a beat. Default `cron`. */
  readonly type?: 'cron' | 'heartbeat' | undefined;
}

// The digest ties start and finish: 16 hex digits of the run's id, or of the ping's when it belongs to no run.
const digestOf = (ping: Ping): string =>
  (ping.runId ?? ping.id)
    .replaceAll(/[^0-9a-f]/gu, '')
    .slice(-16)
    .padStart(16, '0');

const eventOf = (ping: Ping, identifier: string, beats: boolean): string => {
  const timestamp = Math.floor(ping.timestampMs / 1_000);
  return JSON.stringify(
    beats
      ? { identifier, timestamp, check_in_type: 'heartbeat' }
      : {
          identifier,
          digest: digestOf(ping),
          kind: ping.state === 'start' ? 'start' : 'finish',
          timestamp,
          check_in_type: 'cron',
        },
  );
};

/**
 * AppSignal check-ins, in batches. There is no fail: a failed run sends no finish, and AppSignal reports it missing. Events
 * carry the client's time.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const appsignal = (options: AppsignalOptions): Provider => {
  checkOptions('appsignal', options, ['apiKey', 'appName', 'environment', 'type']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://appsignal-endpoint.net');
  const name = readText('appName', options.appName, "the application's name", /^\P{C}+$/u);
  const fallback = readText(
    'environment',
    options.environment ?? 'production',
    'a name without white space',
  );
  const beats =
    readText('type', options.type ?? 'cron', '"cron" or "heartbeat"', /^(?:cron|heartbeat)$/u) ===
    'heartbeat';
  const toRequest = (
    pings: readonly Ping[],
    contextOf: (ping: Ping) => RequestContext,
  ): ProviderRequest => {
    const context = pings[0] === undefined ? undefined : contextOf(pings[0]);
    return {
      method: 'POST',
      url: withQuery(`${root}/check_ins/json`, {
        api_key: context?.secrets['apiKey'],
        name,
        environment: context?.environment ?? fallback,
        hostname: context?.host,
      }),
      headers: { 'content-type': 'application/x-ndjson' },
      body: pings.map((ping) => eventOf(ping, contextOf(ping).target, beats)).join('\n'),
    };
  };
  return defineProvider(options, {
    name: 'appsignal',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: beats ? ['success'] : ['start', 'success'],
      runId: beats ? false : 'hex16',
      clientTimestamp: true,
      environment: true,
      acceptIsProof: true,
      limitsRunDuration: !beats,
    },
    secrets: {
      apiKey: readSecret('apiKey', options.apiKey, 'the push API key'),
    },
    environment: fallback,
    notes: [
      'AppSignal has no fail: a failed run sends no finish, and the check-in is reported missing.',
    ],
    toRequest: (ping, context) => toRequest([ping], () => context),
    interpret: (response) => interpretAnswer(response, true),
    batch: {
      maxPings: 1_000,
      maxBytes: 262_144,
      minIntervalMs: 10_000,
      toRequest,
      interpret: (response, pings) => pings.map(() => interpretAnswer(response, true)),
    },
  });
};

/** Variables that `heartbeatFromEnv` reads for AppSignal, by the names that AppSignal's own clients use. */
export const appsignalEnvironment: ProviderEnvironment = {
  name: 'appsignal',
  prefix: 'APPSIGNAL',
  variables: [
    { name: 'APPSIGNAL_PUSH_API_KEY', option: 'apiKey', kind: 'secret', required: true },
    { name: 'APPSIGNAL_APP_NAME', option: 'appName', kind: 'text', required: true },
    { name: 'APPSIGNAL_APP_ENV', option: 'environment', kind: 'text' },
    { name: 'APPSIGNAL_CHECK_IN_TYPE', option: 'type', kind: 'text' },
  ],
  create: appsignal,
};
