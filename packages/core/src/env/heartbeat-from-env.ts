import type { Factories } from '../client/create.ts';
import type { HeartbeatClient } from '../client/heartbeat-client.ts';
import type { HeartbeatOptions } from '../client/options.ts';
import { consoleLogger } from '../logger.ts';
import { readEnvironment } from './read-environment.ts';
import type { Environment } from './variables.ts';

/** Options of `heartbeatFromEnv`: those of `createHeartbeat` that the environment does not give. */
export interface FromEnvOptions extends Omit<HeartbeatOptions, 'provider' | 'disabled'> {
  /** Read instead of `process.env`. */
  readonly env?: Environment | undefined;
}

const nothingSet =
  'Nothing is monitored: LUBDUB_PROVIDER is not set. Name a provider there, or set LUBDUB_DISABLED=1 to mean it.';

/** `heartbeatFromEnv` on the factories of a platform. */
export const fromEnvironment = <Types extends { monitors: string }>(
  factories: Factories,
  options: FromEnvOptions,
): HeartbeatClient<Types['monitors']> => {
  const { env = process.env, ...rest } = options;
  const { providers, environment, disabled } = readEnvironment(env);
  if (!disabled && providers.length === 0) (rest.logger ?? consoleLogger).warn(nothingSet);
  return factories.createHeartbeat<Types>({
    ...rest,
    provider: providers,
    environment: rest.environment ?? environment,
    disabled,
  });
};
