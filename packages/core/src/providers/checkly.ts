import { interpretAnswer, withJson } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Provider } from './provider.ts';

/** Options of {@link checkly}. An entry of `monitors` is the id in the heartbeat's ping URL. */
export type ChecklyOptions = ProviderOptions;

// A header takes no control characters and, to be portable, nothing beyond ASCII.
const headerText = (text: string): string => text.replaceAll(/[^\u0021-\u007e]/gu, '-');

/**
 * Checkly heartbeats: successes only, with message and metadata as the JSON body that Checkly keeps, and the host as the
 * source it shows. Its answers are not published: any 2xx counts as accepted.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const checkly = (options: ChecklyOptions = {}): Provider => {
  checkOptions('checkly', options, []);
  const root = readRoot('baseUrl', options.baseUrl, 'https://ping.checklyhq.com');
  return defineProvider(options, {
    name: 'checkly',
    origins: [root],
    capabilities: {
      ...successOnly,
      // No limit is named for the body.
      text: { max: 2_000, unit: 'bytes', keep: 'tail' },
      metadata: { maxBytes: 8_000 },
      acceptIsProof: true,
    },
    targetIsSecret: true,
    notes: [
      'Checkly has no start and no fail: a failed run sends nothing, and the check fails when the ping stays out.',
    ],
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key) ? undefined : "the id of the heartbeat's ping URL",
    toRequest: (ping, context) => ({
      method: 'POST',
      url: `${root}/${encodeURIComponent(context.target)}`,
      headers: {
        'content-type': 'application/json',
        ...(context.host === undefined ? {} : { origin: headerText(context.host) }),
      },
      body: withJson({ message: ping.message }, 'metadata', ping.metadataJson),
    }),
    interpret: (response) => interpretAnswer(response, true),
  });
};

/** Variables that `heartbeatFromEnv` reads for Checkly. */
export const checklyEnvironment: ProviderEnvironment = {
  name: 'checkly',
  prefix: 'CHECKLY',
  variables: [],
  create: checkly,
};
