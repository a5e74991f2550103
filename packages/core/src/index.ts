import { createFactories, type Factories } from './client/create.ts';
import type { HeartbeatClient, MonitorKey } from './client/heartbeat-client.ts';
import { fromEnvironment, type FromEnvOptions } from './env/heartbeat-from-env.ts';
import { nodePlatform } from './platform/node.ts';

const factories: Factories = createFactories(nodePlatform);

/**
 * Makes a client.
 *
 * @throws LubdubError when an option has the wrong form.
 *
 * @example
 * const heartbeat = createHeartbeat({ provider: healthchecks({ pingKey }) });
 * await heartbeat.run('nightly-backup', async () => backUp());
 */
export const createHeartbeat: Factories['createHeartbeat'] = factories.createHeartbeat;

/**
 * Makes the client of the whole process, which `getHeartbeat` and the adapters use.
 *
 * @throws LubdubError `ERR_LUBDUB_ALREADY_INITIALIZED` for a second one, or when an option has the wrong form.
 */
export const initHeartbeat: Factories['initHeartbeat'] = factories.initHeartbeat;

/**
 * Makes a client from the environment: `LUBDUB_PROVIDER` (one or several, comma separated), each provider's own variables
 * (`X_FILE` reads a file), `LUBDUB_ENVIRONMENT` and `LUBDUB_DISABLED`. With nothing set it warns once and does nothing.
 *
 * @throws LubdubError `ERR_LUBDUB_UNKNOWN_PROVIDER`, or naming the variable that has the wrong form.
 */
export const heartbeatFromEnv = <Types extends { monitors: string } = { monitors: MonitorKey }>(
  options: FromEnvOptions = {},
): HeartbeatClient<Types['monitors']> => fromEnvironment<Types>(factories, options);

export * from './api.ts';
export type { FromEnvOptions } from './env/heartbeat-from-env.ts';
export { createNodeTransport } from './transport/node-http.ts';
export type { NodeTransportOptions } from './transport/node-route.ts';
