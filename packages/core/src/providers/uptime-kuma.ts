import { invalidOption } from '../errors.ts';
import { interpretAnswer, readJson, textOf } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { withQuery } from './_url.ts';
import type { Interpretation, Provider, ProviderResponse } from './provider.ts';

/** Options of {@link uptimeKuma}. An entry of `monitors` is the push monitor's token; `baseUrl` is required. */
export interface UptimeKumaOptions extends ProviderOptions {
  /** Where your Uptime Kuma runs, for example `http://kuma.lan:3001` together with `allowPrivateNetwork`. */
  readonly baseUrl: string | undefined;
}

const interpret = (response: ProviderResponse): Interpretation => {
  const body = readJson(response);
  const message = textOf(body['msg']);
  if (body['ok'] === true && response.status === 200) return { status: 'accepted' };
  if (body['ok'] === false && response.status < 500) {
    return {
      status: 'rejected',
      reason: 'refused',
      ...(message === undefined ? {} : { message }),
      misconfigured: true,
    };
  }
  const read = interpretAnswer(response, true);
  if (read.status !== 'accepted') return read;
  return {
    status: 'rejected',
    reason: 'bad-answer',
    message: 'No Uptime Kuma answers at baseUrl.',
    misconfigured: true,
  };
};

/**
 * Uptime Kuma push monitors: `up` and `down`, with the run's duration as `ping`. Every error is a 404 whose body says
 * `ok: false`; a 200 without `ok: true` comes from something else than Uptime Kuma.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const uptimeKuma = (options: UptimeKumaOptions): Provider => {
  checkOptions('uptime-kuma', options, []);
  if (options.baseUrl === undefined)
    throw invalidOption('baseUrl', 'nothing', "your Uptime Kuma's root URL");
  const root = readRoot('baseUrl', options.baseUrl, '');
  return defineProvider(options, {
    name: 'uptime-kuma',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['success', 'fail'],
      // No limit is named; the text rides in the URL.
      text: { max: 1_000, unit: 'characters', keep: 'head' },
      duration: true,
      acceptIsProof: true,
    },
    targetIsSecret: true,
    checkMonitor: (key, monitor) => (isSegment(monitor.id ?? key) ? undefined : 'a push token'),
    toRequest: (ping, context) => ({
      method: 'GET',
      url: withQuery(`${root}/api/push/${encodeURIComponent(context.target)}`, {
        status: ping.state === 'fail' ? 'down' : 'up',
        msg: ping.message,
        ping: ping.durationMs === undefined ? undefined : Math.round(ping.durationMs),
      }),
    }),
    interpret,
  });
};

/** Variables that `heartbeatFromEnv` reads for Uptime Kuma. */
export const uptimeKumaEnvironment: ProviderEnvironment = {
  name: 'uptime-kuma',
  prefix: 'UPTIME_KUMA',
  without: 'baseUrl',
  variables: [{ name: 'UPTIME_KUMA_BASE_URL', option: 'baseUrl', kind: 'text', required: true }],
  create: uptimeKuma,
};
