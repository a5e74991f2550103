import { interpretAnswer, readJson, textOf } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { declarationOf, isSegment } from './_monitors.ts';
import {
  checkOptions,
  defineProvider,
  optionalSecret,
  readNumber,
  readRoot,
  readText,
} from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { withQuery } from './_url.ts';
import type { Provider, ProviderResolve, Resolution, SecretSource } from './provider.ts';

/** Options of {@link steadycron}. An entry of `monitors` is the monitor's ping token and spares its look-up. */
export interface SteadycronOptions extends Omit<ProviderOptions, 'baseUrl'> {
  /** The read-only API key (`sc_ro_…`) that looks ping tokens up; not needed when every monitor has its token. */
  readonly apiKey?: SecretSource | undefined;
  /** Default `https://api.steadycron.com`. */
  readonly apiUrl?: string | undefined;
  /** Default `https://ping.steadycron.com`. */
  readonly pingUrl?: string | undefined;
  /** Environment of the pings when the client names none. */
  readonly environment?: string | undefined;
  /** How long a looked-up token is good, milliseconds. Default 3,600,000. */
  readonly resolveTtlMs?: number | undefined;
}

const paths = { start: '/start', success: '', fail: '/fail', log: undefined } as const;

const wrong = (reason: string, message: string): Resolution => ({
  status: 'misconfigured',
  reason,
  message,
});

const resolveAt = (root: string, options: SteadycronOptions): ProviderResolve => ({
  ttlMs: readNumber('resolveTtlMs', options.resolveTtlMs, 3_600_000, 'milliseconds, 1 or more'),
  needed: (key) => declarationOf(options.monitors, key).id === undefined,
  toRequest: (key, { secrets, userAgent }) => ({
    method: 'GET',
    url: withQuery(`${root}/api/monitors/resolve`, { key }),
    headers: { authorization: `Bearer ${secrets['apiKey'] ?? ''}`, 'user-agent': userAgent },
  }),
  interpret: (response, key) => {
    if (response.status === 404)
      return wrong('unknown-monitor', `SteadyCron knows no monitor "${key}".`);
    if (response.status === 409)
      return wrong('ambiguous-key', `SteadyCron has several monitors with the key "${key}".`);
    const { kind, ping_token: token } = readJson(response);
    if (response.status !== 200) {
      // To the job every failure is an outage; a person who asks (verify) is told which.
      const refused = response.status === 401 || response.status === 403;
      return {
        status: 'unreachable',
        reason: `http-${response.status}`,
        ...(refused ? { message: 'SteadyCron refused the API key; pings wait' } : {}),
      };
    }
    if (textOf(kind) !== undefined && kind !== 'heartbeat') {
      return wrong(
        'wrong-kind',
        `SteadyCron's monitor "${key}" is of kind "${textOf(kind)}", not "heartbeat".`,
      );
    }
    return typeof token === 'string' && isSegment(token)
      ? { status: 'resolved', target: token }
      : { status: 'unreachable', reason: 'bad-answer', message: 'The look-up gave no ping token.' };
  },
});

/**
 * SteadyCron job runs. A key is looked up for its ping token, once per `resolveTtlMs`. The service marks a run stuck that is
 * open for longer than the monitor allows.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const steadycron = (options: SteadycronOptions): Provider => {
  checkOptions(
    'steadycron',
    options,
    ['apiKey', 'apiUrl', 'pingUrl', 'environment', 'resolveTtlMs'],
    'baseUrl',
  );
  const api = readRoot('apiUrl', options.apiUrl, 'https://api.steadycron.com');
  const root = readRoot('pingUrl', options.pingUrl, 'https://ping.steadycron.com');
  return defineProvider(options, {
    name: 'steadycron',
    origins: [root, api],
    capabilities: {
      ...successOnly,
      states: ['start', 'success', 'fail'],
      text: { max: 1_024, unit: 'bytes', keep: 'head' },
      runId: 'hex32',
      environment: true,
      acceptIsProof: true,
      limitsRunDuration: true,
    },
    ...optionalSecret('apiKey', options.apiKey, 'the read-only API key, "sc_ro_…"'),
    targetIsSecret: true,
    defaultTimeoutMs: 5_000,
    ...(options.environment === undefined
      ? {}
      : {
          environment: readText('environment', options.environment, 'a name without white space'),
        }),
    checkMonitor: (_key, { id }) => {
      if (id === undefined)
        return options.apiKey === undefined
          ? 'a ping token in monitors, or the option apiKey'
          : undefined;
      return isSegment(id) ? undefined : 'a ping token';
    },
    toRequest: (ping, context) => ({
      method: 'POST',
      url: withQuery(`${root}/${encodeURIComponent(context.target)}${paths[ping.state] ?? ''}`, {
        env: context.environment ?? options.environment,
        run_id: ping.runId?.replaceAll('-', ''),
      }),
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': context.userAgent },
      body: ping.message ?? '',
    }),
    interpret: (response) => interpretAnswer(response, true),
    resolve: resolveAt(api, options),
  });
};

/** Variables that `heartbeatFromEnv` reads for SteadyCron. */
export const steadycronEnvironment: ProviderEnvironment = {
  name: 'steadycron',
  prefix: 'STEADYCRON',
  without: 'baseUrl',
  variables: [
    { name: 'STEADYCRON_API_KEY', option: 'apiKey', kind: 'secret' },
    { name: 'STEADYCRON_API_URL', option: 'apiUrl', kind: 'text' },
    { name: 'STEADYCRON_PING_URL', option: 'pingUrl', kind: 'text' },
    { name: 'STEADYCRON_ENVIRONMENT', option: 'environment', kind: 'text' },
  ],
  create: steadycron,
};
