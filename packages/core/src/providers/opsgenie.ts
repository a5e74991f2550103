import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { isSegment } from './_monitors.ts';
import { checkOptions, defineProvider, readRoot, readSecret } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Provider, SecretSource } from './provider.ts';

/** Options of {@link opsgenie}. A monitor is a heartbeat's name; in the EU `baseUrl` is `https://api.eu.opsgenie.com`. */
export interface OpsgenieOptions extends ProviderOptions {
  /** The API key of an integration (GenieKey). */
  readonly apiKey: SecretSource | undefined;
}

/**
 * Opsgenie heartbeats: successes only. It answers 202 without looking whether the heartbeat exists. The service ends on
 * 5 April 2027; send to its successor at the same time (docs/providers/opsgenie.md).
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const opsgenie = (options: OpsgenieOptions): Provider => {
  checkOptions('opsgenie', options, ['apiKey']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://api.opsgenie.com');
  return defineProvider(options, {
    name: 'opsgenie',
    origins: [root],
    capabilities: successOnly,
    secrets: {
      apiKey: readSecret('apiKey', options.apiKey, 'the API key'),
    },
    notes: [
      'Opsgenie answers 202 whether the heartbeat exists or not: an accept proves nothing.',
      'Opsgenie ends on 5 April 2027: add its successor as a second provider.',
    ],
    checkMonitor: (key, monitor) =>
      isSegment(monitor.id ?? key)
        ? undefined
        : 'a heartbeat\'s name of printable characters other than "." and ".."',
    toRequest: (_ping, context) => ({
      method: 'POST',
      url: `${root}/v2/heartbeats/${encodeURIComponent(context.target)}/ping`,
      headers: { authorization: `GenieKey ${context.secrets['apiKey'] ?? ''}` },
    }),
    interpret: (response) => interpretAnswer(response, false),
  });
};

/** Variables that `heartbeatFromEnv` reads for Opsgenie. */
export const opsgenieEnvironment: ProviderEnvironment = {
  name: 'opsgenie',
  prefix: 'OPSGENIE',
  variables: [{ name: 'OPSGENIE_API_KEY', option: 'apiKey', kind: 'secret', required: true }],
  create: opsgenie,
};
