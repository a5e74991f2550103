import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Provider } from './provider.ts';

/** Options of {@link betterStack}. An entry of `monitors` is the token at the end of the heartbeat's URL. */
export type BetterStackOptions = ProviderOptions;

/**
 * Better Stack heartbeats: success and fail, the latter with an exit code when there is one. Its answers are not published:
 * any 2xx counts as accepted, 404 as an unknown heartbeat.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const betterStack = (options: BetterStackOptions = {}): Provider => {
  checkOptions('better-stack', options, []);
  const root = readRoot('baseUrl', options.baseUrl, 'https://uptime.betterstack.com');
  return defineProvider(options, {
    name: 'better-stack',
    origins: [root],
    capabilities: {
      ...successOnly,
      states: ['success', 'fail'],
      // The service names no limit.
      text: { max: 10_000, unit: 'bytes', keep: 'tail' },
      exitCode: true,
      acceptIsProof: true,
    },
    targetIsSecret: true,
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key) ? undefined : "the token of the heartbeat's URL",
    toRequest: (ping, context) => {
      const failed =
        ping.exitCode === undefined || ping.exitCode === 0 ? '/fail' : `/${ping.exitCode}`;
      return {
        method: 'POST',
        url: `${root}/api/v1/heartbeat/${encodeURIComponent(context.target)}${ping.state === 'fail' ? failed : ''}`,
        body: ping.message ?? '',
      };
    },
    interpret: (response) => interpretAnswer(response, true),
  });
};

/** Variables that `heartbeatFromEnv` reads for Better Stack. */
export const betterStackEnvironment: ProviderEnvironment = {
  name: 'better-stack',
  prefix: 'BETTER_STACK',
  variables: [],
  create: betterStack,
};
