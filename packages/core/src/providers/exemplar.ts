import { interpretAnswer, withJson } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readRoot, readSecret, readText } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Provider, SecretSource } from './provider.ts';

/** Options of {@link exemplar}. */
export interface ExemplarOptions extends ProviderOptions {
  /** The access token. */
  readonly apiKey: SecretSource | undefined;
  /** The monitor of every key without an entry in `monitors`: for a process with one job. 24 hexadecimal digits. */
  readonly monitorId?: string | undefined;
}

const monitorIdForm = /^[0-9a-f]{24}$/iu;
const takesMonitorId = '24 hexadecimal digits, as in "69c3a0754e257b7d18094f9a"';

/**
 * Exemplar heartbeats. The service knows successes only: a failed run sends nothing, and the missing beat tells. Its answers
 * are not published: any 2xx counts as accepted, any 4xx but 408, 425 and 429 as permanent.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const exemplar = (options: ExemplarOptions): Provider => {
  checkOptions('exemplar', options, ['apiKey', 'monitorId']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://production-api.exemplar.dev');
  const only =
    options.monitorId === undefined
      ? undefined
      : readText('monitorId', options.monitorId, takesMonitorId, monitorIdForm);
  return defineProvider(options, {
    name: 'exemplar',
    origins: [root],
    // The service asks for a small object and names no limit.
    capabilities: { ...successOnly, metadata: { maxBytes: 10_000 }, acceptIsProof: true },
    secrets: {
      apiKey: readSecret('apiKey', options.apiKey, 'the access token'),
    },
    notes: [
      'Exemplar has no start and no fail: a failed run sends nothing, and the check fails when the beat stays out.',
    ],
    checkMonitor: (key, monitor) =>
      monitorIdForm.test(monitor.id ?? only ?? key)
        ? undefined
        : `an Exemplar monitor id: ${takesMonitorId}`,
    toRequest: (ping, context) => ({
      method: 'POST',
      url: `${root}/api/monitoring/heartbeat`,
      headers: { 'content-type': 'application/json', 'x-api-key': context.secrets['apiKey'] ?? '' },
      body: withJson(
        { monitor_id: context.monitor.id ?? only ?? context.target },
        'metadata',
        ping.metadataJson,
      ),
    }),
    interpret: (response) => interpretAnswer(response, true),
  });
};

/** Variables that `heartbeatFromEnv` reads for Exemplar. */
export const exemplarEnvironment: ProviderEnvironment = {
  name: 'exemplar',
  prefix: 'EXEMPLAR',
  variables: [
    { name: 'EXEMPLAR_API_KEY', option: 'apiKey', kind: 'secret', required: true },
    { name: 'EXEMPLAR_MONITOR_ID', option: 'monitorId', kind: 'text' },
  ],
  create: exemplar,
};
