import { describeValue, invalidOption, LubdubError } from '../errors.ts';
import { checkMonitors } from './_monitors.ts';
import type { MonitorDeclaration, MonitorMap, Provider, SecretSource } from './provider.ts';

/** The options that every provider takes. */
export interface ProviderOptions {
  /** The service's root, `https://host[/path]`; default: its public one. Never holds credentials, a query or a fragment. */
  readonly baseUrl?: string | undefined;
  /** Key -> the service's id, or key -> `{ id, schedule, … }`. A key without an entry is its own id. */
  readonly monitors?: Readonly<Record<string, string | MonitorDeclaration | undefined>> | undefined;
  /** Opens private addresses, and plain HTTP there, for a self-hosted service. Default false. */
  readonly allowPrivateNetwork?: boolean | undefined;
}

const shared = ['baseUrl', 'monitors', 'allowPrivateNetwork'];
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const unprintable = /[\s\u0000-\u001f\u007f]/u;

// The type alone: a secret in the wrong place must not be shown.
const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
};

/** Throws `ERR_LUBDUB_UNKNOWN_OPTION` for an option that the provider does not take, `ERR_LUBDUB_INVALID_OPTION` when `options` is no object. `without` names a shared option that it lacks. */
export const checkOptions = (
  provider: string,
  options: unknown,
  own: readonly string[],
  without = '',
): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(provider, kindOf(options), 'an object of options');
  }
  const known = [...own, ...shared].filter((name) => name !== without);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const message = `Option "${name}" is unknown to ${provider}; it takes ${known.join(', ')}.`;
      throw new LubdubError('ERR_LUBDUB_UNKNOWN_OPTION', message, { option: name });
    }
  }
};

/**
 * Reads a root URL: http or https, without credentials, query, fragment, white space or backslashes; a path is kept as a
 * prefix. Returns it without a slash at the end. The value is never shown in the error, since it may hold a secret.
 */
export const readRoot = (option: string, value: string | undefined, fallback: string): string => {
  if (value === undefined) return fallback;
  const takes =
    'a URL such as "https://monitor.example.com", without credentials, query or fragment';
  if (typeof value !== 'string') throw invalidOption(option, kindOf(value), takes);
  const url =
    unprintable.test(value) || /[\\?#]/u.test(value) || !URL.canParse(value)
      ? undefined
      : new URL(value);
  if (url === undefined || !/^https?:$/u.test(url.protocol)) {
    throw invalidOption(
      option,
      `a string of ${value.length} characters that is no such URL`,
      takes,
    );
  }
  if (url.username !== '' || url.password !== '')
    throw invalidOption(option, 'a URL with credentials in it', takes);
  return url.href.replace(/\/+$/u, '');
};

// What goes into a header or a URL as it is.
const printable = /^[\u0021-\u007e]+$/u;

const checkSecret = (option: string, value: SecretSource, form: string, pattern: RegExp): void => {
  const takes = `${form}, a function that returns it, or { file: "/path" }`;
  if (typeof value === 'string') {
    if (pattern.test(value)) return;
    const got = value === '' ? 'an empty string' : `${value.length} characters (masked)`;
    throw invalidOption(option, got, takes);
  }
  const file: unknown = (value as { readonly file?: unknown } | null | undefined)?.file;
  if (typeof value === 'function' || (typeof file === 'string' && file !== '')) return;
  throw invalidOption(option, kindOf(value), takes);
};

/**
 * Checks a secret and returns it as it was given. A text must match `pattern` at once (default: printable ASCII without
 * spaces); what functions and files give is known only later. `takes` says the form in words. Wrong values are masked in the
 * error.
 */
export const readSecret = <Value extends SecretSource | readonly SecretSource[]>(
  option: string,
  value: Value | undefined,
  takes: string,
  pattern: RegExp = printable,
): Value => {
  const list = Array.isArray(value) ? (value as readonly SecretSource[]) : [value as SecretSource];
  if (list.length === 0) throw invalidOption(option, 'an empty list', takes);
  for (const one of list) checkSecret(option, one, takes, pattern);
  return value as Value;
};

/** {@link readSecret} as the `secrets` of a provider that also works without one. */
export const optionalSecret = (
  name: string,
  value: SecretSource | undefined,
  takes: string,
): { readonly secrets?: Readonly<Record<string, SecretSource>> } =>
  value === undefined ? {} : { secrets: { [name]: readSecret(name, value, takes) } };

/** Checks a text option; `pattern` defaults to printable characters without white space. Never use it for a secret. */
export const readText = (
  option: string,
  value: unknown,
  takes: string,
  pattern: RegExp = /^[^\s\p{C}]+$/u,
): string => {
  if (typeof value !== 'string' || !pattern.test(value))
    throw invalidOption(option, describeValue(value), takes);
  return value;
};

/** Checks an optional flag and returns it, `false` when it is missing. */
export const readFlag = (option: string, value: unknown): boolean => {
  if (value !== undefined && typeof value !== 'boolean')
    throw invalidOption(option, describeValue(value), 'true or false');
  return value === true;
};

/** Checks an optional count or time and returns it, `fallback` when it is missing. */
export const readNumber = (
  option: string,
  value: unknown,
  fallback: number,
  takes: string,
  min = 1,
): number => {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min) {
    throw invalidOption(option, describeValue(value), takes);
  }
  return value;
};

/** Completes a provider with the options that all share, after checking them and every declared monitor. */
export const defineProvider = (options: ProviderOptions, provider: Provider): Provider => {
  const monitors = options.monitors as MonitorMap | undefined;
  checkMonitors(monitors, provider);
  return {
    ...provider,
    ...(monitors === undefined ? {} : { monitors }),
    ...(readFlag('allowPrivateNetwork', options.allowPrivateNetwork)
      ? { allowPrivateNetwork: true }
      : {}),
  };
};
