import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkFiveFields, isSegment, withoutSeconds } from './_monitors.ts';
import { checkOptions, defineProvider, readFlag, readRoot, readSecret } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { toSeconds, withQuery } from './_url.ts';
import { interpretStatus } from './provider.ts';
import type { MonitorDeclaration, Provider, ProviderUpsert, SecretSource } from './provider.ts';

/** Options of {@link cronitor}. `baseUrl` is the telemetry host; in the EU it is `https://eu.cronitor.link`. */
export interface CronitorOptions extends ProviderOptions {
  readonly apiKey: SecretSource | undefined;
  /** The management API's root. Default `https://cronitor.io`. */
  readonly apiUrl?: string | undefined;
  /** Creates or changes the declared monitors at start-up. Default false. */
  readonly upsert?: boolean | undefined;
}

const states = { start: 'run', success: 'complete', fail: 'fail', log: undefined } as const;

const toMonitor = (key: string, monitor: MonitorDeclaration): Record<string, unknown> => ({
  type: 'job',
  key: monitor.id ?? key,
  name: monitor.name,
  schedule:
    withoutSeconds(monitor.schedule) ??
    (monitor.intervalMs === undefined
      ? undefined
      : `every ${Math.max(1, Math.round(monitor.intervalMs / 1_000))} seconds`),
  timezone: monitor.timezone,
  grace_seconds: monitor.graceMs === undefined ? undefined : Math.round(monitor.graceMs / 1_000),
  assertions:
    monitor.maxDurationMs === undefined
      ? undefined
      : [`metric.duration < ${Math.ceil(monitor.maxDurationMs / 1_000)} seconds`],
  tags: monitor.tags,
});

const upsertAt = (root: string): ProviderUpsert => ({
  toRequest: (key, monitor, { secrets }) => ({
    method: 'PUT',
    url: `${root}/api/monitors`,
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa(`${secrets['apiKey'] ?? ''}:`)}`,
    },
    body: JSON.stringify({ monitors: [toMonitor(key, monitor)] }),
  }),
  interpret: (response) => interpretAnswer(response, true),
});

/**
 * Cronitor telemetry. Its 200 proves nothing: a wrong key gets one too, and an unknown monitor is made on the spot. It takes
 * the client's time, so that late pings land where they happened.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const cronitor = (options: CronitorOptions): Provider => {
  checkOptions('cronitor', options, ['apiKey', 'apiUrl', 'upsert']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://cronitor.link');
  const api = readRoot('apiUrl', options.apiUrl, 'https://cronitor.io');
  return defineProvider(options, {
    name: 'cronitor',
    origins: [root, api],
    capabilities: {
      ...successOnly,
      states: ['start', 'success', 'fail'],
      text: { max: 2_000, unit: 'characters', keep: 'tail' },
      runId: 'string',
      exitCode: true,
      duration: true,
      clientTimestamp: true,
      environment: true,
      limitsRunDuration: true,
      count: true,
      rateLimits: [
        { count: 5, windowMs: 1_000, per: 'monitor' },
        { count: 50, windowMs: 1_000, per: 'provider' },
      ],
    },
    secrets: {
      apiKey: readSecret('apiKey', options.apiKey, 'the API key', /^[\w-]+$/u),
    },
    notes: ['Cronitor answers 200 even to a wrong API key: an accept proves nothing.'],
    upsertDeclared: readFlag('upsert', options.upsert),
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key)
        ? checkFiveFields(monitor)
        : 'a key of printable characters other than "." and ".."',
    toRequest: (ping, { target, secrets, environment, host }) => ({
      method: 'GET',
      url: withQuery(
        `${root}/p/${encodeURIComponent(secrets['apiKey'] ?? '')}/${encodeURIComponent(target)}`,
        {
          state: states[ping.state],
          stamp: toSeconds(ping.timestampMs),
          series: ping.runId,
          message: ping.message,
          duration: ping.durationMs === undefined ? undefined : toSeconds(ping.durationMs),
          metric: ping.count > 1 ? `count:${ping.count}` : undefined,
          status_code: ping.exitCode,
          env: environment,
          host,
        },
      ),
    }),
    interpret: (response) => interpretStatus(response, false),
    upsert: upsertAt(api),
  });
};

/** Variables that `heartbeatFromEnv` reads for Cronitor. */
export const cronitorEnvironment: ProviderEnvironment = {
  name: 'cronitor',
  prefix: 'CRONITOR',
  variables: [
    { name: 'CRONITOR_API_KEY', option: 'apiKey', kind: 'secret', required: true },
    { name: 'CRONITOR_API_URL', option: 'apiUrl', kind: 'text' },
    { name: 'CRONITOR_UPSERT', option: 'upsert', kind: 'flag' },
  ],
  create: cronitor,
};
