import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, optionalSecret, readFlag, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Ping } from '../ping/ping.ts';
import type { Provider, ProviderRequest, SecretSource } from './provider.ts';

/** Options of {@link honeybadger}. A monitor is a check-in's id, or its slug together with `projectKey`. */
export interface HoneybadgerOptions extends ProviderOptions {
  /** The project's API key; with it, monitors are slugs. */
  readonly projectKey?: SecretSource | undefined;
  /**
   * Sends fails, durations and exit codes, which the business plan takes. On other plans such a request could count as a
   * healthy check-in, so that the default is false: successes only.
   */
  readonly reportFailures?: boolean | undefined;
}

const reportOf = (ping: Ping): string => {
  const failed = ping.state === 'fail';
  const { durationMs } = ping;
  return JSON.stringify({
    check_in: {
      status: failed ? 'error' : 'success',
      duration: durationMs === undefined ? undefined : Math.round(durationMs),
      [failed ? 'stderr' : 'stdout']: ping.message,
      exit_code: ping.exitCode,
    },
  });
};

/**
 * Honeybadger check-ins. It answers 200 even for an unknown id, so an accept proves nothing.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const honeybadger = (options: HoneybadgerOptions = {}): Provider => {
  checkOptions('honeybadger', options, ['projectKey', 'reportFailures']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://api.honeybadger.io');
  const report = readFlag('reportFailures', options.reportFailures);
  const slugs = options.projectKey !== undefined;
  return defineProvider(options, {
    name: 'honeybadger',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: report ? ['success', 'fail'] : ['success'],
      // The service takes less than 20 KB.
      text: report ? { max: 20_000, unit: 'bytes', keep: 'tail' } : false,
      exitCode: report,
      duration: report,
    },
    ...optionalSecret('projectKey', options.projectKey, "the project's API key"),
    targetIsSecret: !slugs,
    notes: ['Honeybadger answers 200 even for an unknown check-in: an accept proves nothing.'],
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key) ? undefined : "a check-in's id or slug",
    toRequest: (ping, { target, secrets }): ProviderRequest => {
      const project = slugs ? `/${encodeURIComponent(secrets['projectKey'] ?? '')}` : '';
      const url = `${root}/v1/check_in${project}/${encodeURIComponent(target)}`;
      if (!report) return { method: 'GET', url };
      return {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: reportOf(ping),
      };
    },
    interpret: (response) => interpretAnswer(response, false),
  });
};

/** Variables that `heartbeatFromEnv` reads for Honeybadger. */
export const honeybadgerEnvironment: ProviderEnvironment = {
  name: 'honeybadger',
  prefix: 'HONEYBADGER',
  variables: [
    { name: 'HONEYBADGER_PROJECT_KEY', option: 'projectKey', kind: 'secret' },
    { name: 'HONEYBADGER_REPORT_FAILURES', option: 'reportFailures', kind: 'flag' },
  ],
  create: honeybadger,
};
