import { readFileSync } from 'node:fs';

import { parseDocument } from 'yaml';

import type { MonitorInput } from '../api/monitor-input.ts';
import { InputError, readMonitorInput } from '../api/monitor-input.ts';
import type { ChannelOptions } from '../channels/channel.ts';
import { readChannels } from '../channels/read-channels.ts';
import { findKeyFault } from '../ingest/text.ts';

/** What `monitors.yaml` holds. */
export interface MonitorConfig {
  readonly monitors: Readonly<Record<string, MonitorInput>>;
  readonly channels: Readonly<Record<string, ChannelOptions>>;
}

/** Everything that is wrong with a configuration, one line each. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** Reads a file. @throws ConfigError */
export const readConfigFile = (path: string): MonitorConfig => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path}: ${(error as Error).message}`]);
  }
  try {
    return parseConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.faults.map((fault) => `${path}: ${fault}`));
  }
};

/**
 * Reads the text of `monitors.yaml`: `monitors:` with the fields of the API by key, and `channels:` by name. A value
 * `${NAME}` in a channel is taken from the environment, so that no secret has to stand in the file.
 * @throws ConfigError with everything that is wrong, not only the first fault.
 */
export const parseConfig = (
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): MonitorConfig => {
  // JSON's types only: a time or a set would be something else in the API
  const document = parseDocument(text, { schema: 'core', prettyErrors: true });
  const [first] = document.errors;
  if (first !== undefined) throw new ConfigError([first.message]);
  const root: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw new ConfigError(['the file takes "monitors:" and "channels:"']);
  }
  const faults: string[] = [];
  for (const name of Object.keys(root)) {
    if (name !== 'monitors' && name !== 'channels') {
      faults.push(`${name} is not known; the file takes monitors and channels`);
    }
  }
  const { monitors, channels } = root as { monitors?: unknown; channels?: unknown };
  const config = {
    monitors: readMonitors(monitors ?? {}, faults),
    channels: fillIn(channels ?? {}, environment, faults) as Record<string, ChannelOptions>,
  };
  checkChannels(config, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
};

const readMonitors = (value: unknown, faults: string[]): Record<string, MonitorInput> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push('monitors takes monitors by key');
    return {};
  }
  for (const [key, input] of Object.entries(value)) {
    try {
      const fault = findKeyFault(key);
      if (fault !== null) throw new InputError(fault);
      readMonitorInput(input ?? {}, null);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(`monitors.${key}: ${error.message}`);
    }
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, input]) => [key, (input ?? {}) as MonitorInput]),
  );
};

const checkChannels = (config: MonitorConfig, faults: string[]): void => {
  try {
    readChannels(config.channels);
  } catch (error) {
    faults.push((error as Error).message);
  }
  for (const [key, { channels }] of Object.entries(config.monitors)) {
    for (const name of Array.isArray(channels) ? (channels as readonly string[]) : []) {
      if (!Object.hasOwn(config.channels, name)) {
        faults.push(`monitors.${key}.channels: there is no channel "${name}"`);
      }
    }
  }
};

const fillIn = (
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  faults: string[],
): unknown => {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_whole, name: string) => {
      const found = environment[name];
      if (found === undefined) faults.push(`the variable ${name} is not set`);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, environment, faults));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fillIn(inner, environment, faults)]),
  );
};
