import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkFiveFields, withoutSeconds } from './_monitors.ts';
import { checkOptions, defineProvider, optionalSecret, readFlag, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { uuidForm, withQuery } from './_url.ts';
import type {
  Interpretation,
  MonitorDeclaration,
  Provider,
  ProviderResponse,
  ProviderUpsert,
  SecretSource,
} from './provider.ts';
import type { Ping } from '../ping/ping.ts';

/** Options of {@link healthchecks}. A monitor is a check's UUID, or its slug together with `pingKey`. */
export interface HealthchecksOptions extends ProviderOptions {
  /** The project's ping key; needed for slugs. */
  readonly pingKey?: SecretSource | undefined;
  /** Lets the first ping of a slug create its check. Default false. */
  readonly create?: boolean | undefined;
  /** A read-write API key; needed for `upsert`. */
  readonly apiKey?: SecretSource | undefined;
  /** Creates or changes the declared checks at start-up. Default false. */
  readonly upsert?: boolean | undefined;
}

const slugForm = /^[a-z0-9_-]{1,100}$/u;
const cloud = 'https://hc-ping.com';

const suffixOf = (ping: Ping): string => {
  if (ping.state === 'success') return '';
  const code = ping.state === 'fail' ? (ping.exitCode ?? 0) : 0;
  return code >= 1 && code <= 255 ? `/${code}` : `/${ping.state}`;
};

const interpret = (response: ProviderResponse): Interpretation => {
  const { status, body } = response;
  if (status >= 200 && status < 300 && body.includes('not found')) {
    return {
      status: 'rejected',
      reason: 'unknown-monitor',
      message: 'Healthchecks knows no such check.',
      misconfigured: true,
    };
  }
  if (status >= 200 && status < 300 && body.includes('rate-limited'))
    return { status: 'rate-limited', reason: 'told-in-body' };
  if (status === 409) {
    return {
      status: 'rejected',
      reason: 'ambiguous-slug',
      message: 'Several checks have this slug.',
      misconfigured: true,
    };
  }
  return interpretAnswer(response, true);
};

const seconds = (milliseconds: number): number =>
  Math.min(31_536_000, Math.max(60, Math.round(milliseconds / 1_000)));

const checkOf = (
  key: string,
  { id = key, ...monitor }: MonitorDeclaration,
): Record<string, unknown> => ({
  ...(uuidForm.test(id) ? {} : { slug: id, unique: ['slug'] }),
  name: monitor.name,
  schedule: withoutSeconds(monitor.schedule),
  tz: monitor.timezone,
  timeout: monitor.intervalMs === undefined ? undefined : seconds(monitor.intervalMs),
  grace: monitor.graceMs === undefined ? undefined : seconds(monitor.graceMs),
  tags: monitor.tags?.join(' '),
});

const upsertAt = (root: string): ProviderUpsert => ({
  toRequest: (key, monitor, { secrets }) => {
    const id = monitor.id ?? key;
    return {
      method: 'POST',
      url: `${root}/api/v3/checks/${uuidForm.test(id) ? id : ''}`,
      headers: { 'content-type': 'application/json', 'x-api-key': secrets['apiKey'] ?? '' },
      body: JSON.stringify(checkOf(key, monitor)),
    };
  },
  interpret: (response) => interpretAnswer(response, true),
});

const checkMonitor = (
  id: string,
  monitor: MonitorDeclaration,
  slugs: boolean,
): string | undefined => {
  if (!uuidForm.test(id)) {
    if (!slugs) return "the check's UUID, or a slug together with the option pingKey";
    if (!slugForm.test(id)) return 'a slug of a-z, 0-9, "-" and "_"';
  }
  return checkFiveFields(monitor);
};

/**
 * Healthchecks.io, or a Healthchecks of your own by `baseUrl`. Its answers to a UUID are 200 whatever happened; the body
 * tells, and it is read. A slug says so with its status.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const healthchecks = (options: HealthchecksOptions = {}): Provider => {
  checkOptions('healthchecks', options, ['pingKey', 'create', 'apiKey', 'upsert']);
  const root = readRoot('baseUrl', options.baseUrl, cloud);
  const own = root !== cloud;
  const pings = own && !root.endsWith('/ping') ? `${root}/ping` : root;
  const api = own ? root.replace(/\/ping$/u, '') : 'https://healthchecks.io';
  const create = readFlag('create', options.create) ? 1 : undefined;
  return defineProvider(options, {
    name: 'healthchecks',
    origins: [pings, api],
    capabilities: {
      ...successOnly,
      states: ['start', 'success', 'fail', 'log'],
      // Ping-Body-Limit: 100 kB at the service, 10 kB in a fresh installation.
      text: { max: own ? 10_000 : 100_000, unit: 'bytes', keep: 'tail' },
      runId: 'uuid',
      exitCode: true,
      acceptIsProof: true,
      limitsRunDuration: true,
      rateLimits: [{ count: 5, windowMs: 60_000, per: 'monitor' }],
    },
    secrets: {
      ...optionalSecret('pingKey', options.pingKey, "the project's ping key").secrets,
      ...optionalSecret('apiKey', options.apiKey, 'a read-write API key').secrets,
    },
    // A slug is no secret: the ping key is.
    targetIsSecret: (id) => uuidForm.test(id),
    upsertDeclared: readFlag('upsert', options.upsert),
    checkMonitor: (key, monitor) =>
      checkMonitor(monitor.id ?? key, monitor, options.pingKey !== undefined),
    toRequest: (ping, { target, secrets }) => {
      const uuid = uuidForm.test(target);
      const check = uuid
        ? target
        : `${encodeURIComponent(secrets['pingKey'] ?? '')}/${encodeURIComponent(target)}`;
      return {
        method: 'POST',
        url: withQuery(`${pings}/${check}${suffixOf(ping)}`, {
          create: uuid ? undefined : create,
          rid: ping.runId,
        }),
        body: ping.message ?? '',
      };
    },
    interpret,
    ...(options.apiKey === undefined ? {} : { upsert: upsertAt(api) }),
  });
};

/** Variables that `heartbeatFromEnv` reads for Healthchecks. */
export const healthchecksEnvironment: ProviderEnvironment = {
  name: 'healthchecks',
  prefix: 'HEALTHCHECKS',
  variables: [
    { name: 'HEALTHCHECKS_PING_KEY', option: 'pingKey', kind: 'secret' },
    { name: 'HEALTHCHECKS_CREATE', option: 'create', kind: 'flag' },
    { name: 'HEALTHCHECKS_API_KEY', option: 'apiKey', kind: 'secret' },
    { name: 'HEALTHCHECKS_UPSERT', option: 'upsert', kind: 'flag' },
  ],
  create: healthchecks,
};
