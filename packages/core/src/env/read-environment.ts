import { isLubdubError, LubdubError } from '../errors.ts';
import { variablesOf } from '../providers/_environment.ts';
import type { ProviderEnvironment } from '../providers/_environment.ts';
import type { Provider } from '../providers/provider.ts';
import { providerEnvironments } from '../providers/registry.ts';
import { readList, readSwitch, readVariable } from './variables.ts';
import type { Environment } from './variables.ts';

/** What the environment configures. */
export interface EnvironmentConfiguration {
  /** In the order of `LUBDUB_PROVIDER`; empty when it is not set or the environment disables lubdub. */
  readonly providers: readonly Provider[];
  /** `LUBDUB_ENVIRONMENT`. */
  readonly environment: string | undefined;
  /** `LUBDUB_DISABLED`. */
  readonly disabled: boolean;
}

const withoutCode = (message: string): string => message.replace(/ \[ERR_LUBDUB_\w+\].*$/u, '');

// What a factory says about an option is said about the variable that filled it.
const renamed = (error: LubdubError, from: ProviderEnvironment): LubdubError => {
  const option = error.option?.split('.', 1)[0];
  const variable = variablesOf(from).find((one) => one.option === option)?.name;
  if (variable === undefined) return error;
  const message = `Variable ${variable}: ${withoutCode(error.message)}`;
  return new LubdubError(error.code, message, { option: variable });
};

const createFrom = (from: ProviderEnvironment, environment: Environment): Provider => {
  const options: Record<string, unknown> = {};
  for (const variable of variablesOf(from)) {
    const value = readVariable(environment, variable);
    if (value !== undefined) options[variable.option] = value;
    else if (variable.required === true) {
      const message = `Variable ${variable.name} is missing; the provider ${from.name} needs it (or ${variable.name}_FILE).`;
      throw new LubdubError('ERR_LUBDUB_INVALID_OPTION', message, { option: variable.name });
    }
  }
  try {
    return from.create(options as never);
  } catch (error) {
    throw isLubdubError(error) ? renamed(error, from) : error;
  }
};

const find = (name: string): ProviderEnvironment => {
  const found = providerEnvironments.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = providerEnvironments.map((one) => one.name).join(', ');
  const message = `LUBDUB_PROVIDER names "${name.slice(0, 60)}"; it takes one or several, comma separated, of ${known}.`;
  throw new LubdubError('ERR_LUBDUB_UNKNOWN_PROVIDER', message, { option: 'LUBDUB_PROVIDER' });
};

/**
 * Reads `LUBDUB_PROVIDER` (one or several, comma separated), each provider's own variables, `LUBDUB_ENVIRONMENT` and
 * `LUBDUB_DISABLED`. Every variable `X` of a provider can be given as `X_FILE`, the path of a file.
 *
 * @throws LubdubError `ERR_LUBDUB_UNKNOWN_PROVIDER`, or `ERR_LUBDUB_INVALID_OPTION` naming the variable; never shows a secret.
 */
export const readEnvironment = (environment: Environment): EnvironmentConfiguration => {
  const disabled = readSwitch('LUBDUB_DISABLED', environment['LUBDUB_DISABLED']) ?? false;
  const names = disabled ? [] : [...new Set(readList(environment['LUBDUB_PROVIDER'] ?? ''))];
  return {
    providers: names.map((name) => createFrom(find(name), environment)),
    environment: environment['LUBDUB_ENVIRONMENT'] || undefined,
    disabled,
  };
};
