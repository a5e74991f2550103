import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import { uuidForm } from './_url.ts';
import type { Provider } from './provider.ts';

/** Options of {@link cronhub}. An entry of `monitors` is the monitor's UUID. */
export type CronhubOptions = ProviderOptions;

const paths = { start: 'start', success: 'finish', fail: 'fail', log: undefined } as const;

/**
 * Cronhub: start, finish and fail by URL alone. Its answers are not published: any 2xx counts as accepted.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const cronhub = (options: CronhubOptions = {}): Provider => {
  checkOptions('cronhub', options, []);
  const root = readRoot('baseUrl', options.baseUrl, 'https://cronhub.io');
  return defineProvider(options, {
    name: 'cronhub',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['start', 'success', 'fail'],
      acceptIsProof: true,
      limitsRunDuration: true,
    },
    targetIsSecret: true,
    checkMonitor: (key, monitor) =>
      uuidForm.test(monitor.id ?? key) ? undefined : "the monitor's UUID",
    toRequest: (ping, context) => ({
      method: 'GET',
      url: `${root}/${paths[ping.state] ?? 'ping'}/${encodeURIComponent(context.target)}`,
    }),
    interpret: (response) => interpretAnswer(response, true),
  });
};

/** Variables that `heartbeatFromEnv` reads for Cronhub. */
export const cronhubEnvironment: ProviderEnvironment = {
  name: 'cronhub',
  prefix: 'CRONHUB',
  variables: [],
  create: cronhub,
};
