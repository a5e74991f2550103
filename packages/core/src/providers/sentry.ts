import { invalidOption } from '../errors.ts';
import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkFiveFields, withoutSeconds } from './_monitors.ts';
import { checkOptions, defineProvider, readFlag } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { toSeconds, withQuery } from './_url.ts';
import type { MonitorDeclaration, Provider } from './provider.ts';

/** Options of {@link sentry}. A monitor is known by its slug. */
export interface SentryOptions extends Omit<ProviderOptions, 'baseUrl'> {
  /** The project's DSN, `https://<public key>@<host>/<project id>`. */
  readonly dsn: string | undefined;
  /** Sends a declared schedule along with each check-in, which creates or changes the monitor. Default false. */
  readonly upsert?: boolean | undefined;
}

const states = { start: 'in_progress', success: 'ok', fail: 'error', log: undefined } as const;
const slugForm = /^[a-z0-9_-]{1,50}$/u;
const minute = 60_000;
const minutes = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : Math.max(1, Math.ceil(milliseconds / minute));

const readDsn = (
  dsn: unknown,
): { readonly root: string; readonly project: string; readonly publicKey: string } => {
  const url = typeof dsn === 'string' && URL.canParse(dsn) ? new URL(dsn) : undefined;
  const [, prefix, project] = /^(.*)\/(\d+)\/?$/u.exec(url?.pathname ?? '') ?? [];
  if (
    url === undefined ||
    project === undefined ||
    !/^https?:$/u.test(url.protocol) ||
    !/^\w+$/u.test(url.username)
  ) {
    throw invalidOption(
      'dsn',
      'something else (masked)',
      'a DSN, "https://<public key>@<host>/<project id>"',
    );
  }
  return { root: `${url.origin}${prefix ?? ''}`, project, publicKey: url.username };
};

const configOf = (monitor: MonitorDeclaration): Record<string, unknown> | undefined => {
  const { intervalMs } = monitor;
  const schedule = withoutSeconds(monitor.schedule);
  if (schedule === undefined && intervalMs === undefined) return undefined;
  return {
    schedule:
      schedule === undefined
        ? { type: 'interval', value: minutes(intervalMs), unit: 'minute' }
        : { type: 'crontab', value: schedule },
    checkin_margin: minutes(monitor.graceMs),
    max_runtime: minutes(monitor.maxDurationMs),
    timezone: monitor.timezone,
  };
};

const checkMonitor = (
  slug: string,
  monitor: MonitorDeclaration,
  upsert: boolean,
): string | undefined => {
  if (!slugForm.test(slug)) return 'a slug of 1 to 50 of a-z, 0-9, "-" and "_"';
  if (
    upsert &&
    monitor.intervalMs !== undefined &&
    (monitor.intervalMs < minute || monitor.intervalMs % minute !== 0)
  ) {
    return 'an intervalMs of whole minutes';
  }
  return checkFiveFields(monitor);
};

/**
 * Sentry Crons over the check-in URL. Sentry answers 202 whatever it does with the check-in, its limit of six a minute
 * included, so an accept proves nothing.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const sentry = (options: SentryOptions): Provider => {
  checkOptions('sentry', options, ['dsn', 'upsert'], 'baseUrl');
  const { root, project, publicKey } = readDsn(options.dsn);
  const upsert = readFlag('upsert', options.upsert);
  return defineProvider(options, {
    name: 'sentry',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['start', 'success', 'fail'],
      runId: 'uuid',
      duration: true,
      environment: true,
      limitsRunDuration: true,
      rateLimits: [{ count: 6, windowMs: minute, per: 'monitor' }],
    },
    secrets: { publicKey },
    // The schedule rides with each check-in, so that there is no request of its own.
    upsertDeclared: upsert,
    notes: [
      'Sentry answers 202 to every check-in, dropped ones included: an accept proves nothing.',
    ],
    checkMonitor: (key, monitor) => checkMonitor(monitor.id ?? key, monitor, upsert),
    toRequest: (ping, { target, monitor, environment }) => {
      const fields = {
        status: states[ping.state],
        check_in_id: ping.runId,
        environment,
        duration: ping.durationMs === undefined ? undefined : toSeconds(ping.durationMs),
      };
      const url = withQuery(
        `${root}/api/${project}/cron/${encodeURIComponent(target)}/${publicKey}/`,
        fields,
      );
      const config = upsert ? configOf(monitor) : undefined;
      if (config === undefined) return { method: 'GET', url };
      const body = JSON.stringify({ ...fields, monitor_config: config });
      return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
    },
    interpret: (response) => interpretAnswer(response, false),
  });
};

/** Variables that `heartbeatFromEnv` reads for Sentry. */
export const sentryEnvironment: ProviderEnvironment = {
  name: 'sentry',
  prefix: 'SENTRY',
  without: 'baseUrl',
  variables: [
    { name: 'SENTRY_DSN', option: 'dsn', kind: 'text', required: true },
    { name: 'SENTRY_UPSERT', option: 'upsert', kind: 'flag' },
  ],
  create: sentry,
};
