import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { withQuery } from './_url.ts';
import type { Provider } from './provider.ts';

/** Options of {@link deadMansSnitch}. An entry of `monitors` is the snitch's token. */
export type DeadMansSnitchOptions = ProviderOptions;

/**
 * Dead Man's Snitch: success, and fail as a status other than 0. It answers 202 before it looks at anything, so an accept
 * proves nothing.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const deadMansSnitch = (options: DeadMansSnitchOptions = {}): Provider => {
  checkOptions('dead-mans-snitch', options, []);
  const root = readRoot('baseUrl', options.baseUrl, 'https://nosnch.in');
  return defineProvider(options, {
    name: 'dead-mans-snitch',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['success', 'fail'],
      // The service names no limit; the text rides in the URL.
      text: { max: 1_000, unit: 'characters', keep: 'tail' },
      exitCode: true,
    },
    targetIsSecret: true,
    notes: ["Dead Man's Snitch answers 202 before it checks the token: an accept proves nothing."],
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key) ? undefined : "the snitch's token",
    toRequest: (ping, context) => ({
      method: 'GET',
      url: withQuery(`${root}/${encodeURIComponent(context.target)}`, {
        m: ping.message,
        s: ping.state === 'fail' ? ping.exitCode || 1 : undefined,
      }),
    }),
    interpret: (response) => interpretAnswer(response, false),
  });
};

/** Variables that `heartbeatFromEnv` reads for Dead Man's Snitch. */
export const deadMansSnitchEnvironment: ProviderEnvironment = {
  name: 'dead-mans-snitch',
  prefix: 'DEAD_MANS_SNITCH',
  variables: [],
  create: deadMansSnitch,
};
