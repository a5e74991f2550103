import type { Provider } from './provider.ts';

/** One environment variable of a provider. */
export interface EnvironmentVariable {
  /** Its name, for example `EXEMPLAR_API_KEY`. `<name>_FILE` gives the path of a file with the value. */
  readonly name: string;
  /** The option it fills. */
  readonly option: string;
  /**
   * How it is read: `text`; `secret` (a file is handed on as `{ file }` and read again when it changes); `secrets` (a comma
   * separated list); `flag` (`1`, `true`, `yes`, `on` or their opposites); `monitors` (`key=id,key2=id2`).
   */
  readonly kind: 'text' | 'secret' | 'secrets' | 'flag' | 'monitors';
  /** Missing is an error. Default false. */
  readonly required?: boolean;
}

/** How `heartbeatFromEnv` makes a provider: its variables, and the factory that checks what they give. */
export interface ProviderEnvironment {
  /** The provider's name in `LUBDUB_PROVIDER`. */
  readonly name: string;
  /** Begins the variables that every provider has: `<prefix>_BASE_URL`, `<prefix>_MONITORS`, `<prefix>_ALLOW_PRIVATE_NETWORK`. */
  readonly prefix: string;
  /** A shared option that this provider lacks. */
  readonly without?: 'baseUrl' | 'monitors';
  /** Its own variables. Plain data, so that a bundler drops it where it is not used. */
  readonly variables: readonly EnvironmentVariable[];
  /** The provider's factory; it validates the options it is given. */
  create(options: never): Provider;
}

/** All variables of a provider, its own first. */
export const variablesOf = ({
  prefix,
  without,
  variables,
}: ProviderEnvironment): readonly EnvironmentVariable[] => {
  const shared: readonly EnvironmentVariable[] = [
    { name: `${prefix}_BASE_URL`, option: 'baseUrl', kind: 'text' },
    { name: `${prefix}_MONITORS`, option: 'monitors', kind: 'monitors' },
    { name: `${prefix}_ALLOW_PRIVATE_NETWORK`, option: 'allowPrivateNetwork', kind: 'flag' },
  ];
  return [...variables, ...shared.filter(({ option }) => option !== without)];
};
