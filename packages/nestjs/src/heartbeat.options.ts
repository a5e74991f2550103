import {
  type AnyJob,
  checkWrap,
  createHeartbeat,
  describeValue,
  type HeartbeatClient,
  type HeartbeatOptions,
  invalidOption,
  type LivenessOptions,
  LubdubError,
  type MonitorKey,
  type RunOptions,
} from '@lubdub/core';
import type {
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Type,
} from '@nestjs/common';
import { nestLogger } from './nest-logger.ts';

/** An interval beat as long as the application is up. */
export interface LivenessModuleOptions extends LivenessOptions {
  /** The monitor's key. */
  readonly key: MonitorKey;
}

/** Which scheduled methods are monitored without a decorator each. */
export interface MonitorScheduledOptions {
  /** Only these, by derived key or `Class.method`. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** Not these. */
  readonly exclude?: readonly string[] | undefined;
  /** Options of their runs. */
  readonly run?: RunOptions | undefined;
}

/** What a module does besides providing a client. */
export interface HeartbeatModuleBehaviour {
  /** A key, or options, of a beat from bootstrap to shutdown. Default: none. */
  readonly liveness?: MonitorKey | LivenessModuleOptions | undefined;
  /** Monitors every `@Cron`, `@Interval` and `@Timeout` method that has no `@Heartbeat`. Default false. */
  readonly monitorScheduled?: boolean | MonitorScheduledOptions | undefined;
  /** How long `app.close()` waits for runs under way, milliseconds, 0 to 600,000. Default 5,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long it then waits for pings to arrive, milliseconds, 0 to 600,000. Default 2,000. */
  readonly flushTimeoutMs?: number | undefined;
}

/** Either what a client is made from, or a client. */
export type HeartbeatModuleOptions = HeartbeatModuleBehaviour &
  (
    | (HeartbeatOptions & { readonly client?: undefined })
    | { readonly client: HeartbeatClient; readonly provider?: undefined }
  );

/** What must be known before the application is built. */
export interface HeartbeatModuleExtras {
  /** Tells several clients apart; see `@InjectHeartbeat(name)` and `@Heartbeat(key, { client: name })`. Default: unnamed. */
  readonly name?: string | undefined;
  /** Is the client there for every module? Default true. */
  readonly isGlobal?: boolean | undefined;
}

/** A class that makes the options, for `useClass` and `useExisting`. */
export interface HeartbeatOptionsFactory {
  createHeartbeatOptions(): HeartbeatModuleOptions | Promise<HeartbeatModuleOptions>;
}

/** Options that are made by other providers. One of `useFactory`, `useClass` and `useExisting`. */
export interface HeartbeatModuleAsyncOptions extends HeartbeatModuleExtras {
  readonly imports?: ModuleMetadata['imports'] | undefined;
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[] | undefined;
  readonly useFactory?:
    | ((...args: Parameters<AnyJob>) => HeartbeatModuleOptions | Promise<HeartbeatModuleOptions>)
    | undefined;
  readonly useClass?: Type<HeartbeatOptionsFactory> | undefined;
  readonly useExisting?: InjectionToken<HeartbeatOptionsFactory> | undefined;
}

/** Options with the defaults filled in. */
export interface ModuleSettings {
  /** Makes the client, or hands out the given one; not called where a test overrides it. */
  readonly client: () => HeartbeatClient;
  readonly liveness: LivenessModuleOptions | undefined;
  readonly monitorScheduled: MonitorScheduledOptions | undefined;
  readonly drainTimeoutMs: number;
  readonly flushTimeoutMs: number;
}

const mostMs = 600_000;

const timeout = (option: string, value: unknown, usualMs: number): number => {
  if (value === undefined) return usualMs;
  if (typeof value === 'number' && value >= 0 && value <= mostMs) return value;
  throw invalidOption(option, describeValue(value), `a number of milliseconds from 0 to ${mostMs}`);
};

const isListOfText = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'));

const nothing = (): string => '';

const checkMonitorScheduled = (value: unknown): MonitorScheduledOptions | undefined => {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  const takes = 'true, false or { include, exclude, run } with lists of keys';
  if (typeof value !== 'object' || value === null)
    throw invalidOption('monitorScheduled', describeValue(value), takes);
  const { include, exclude, run, ...unknown } = value as MonitorScheduledOptions;
  const [name] = Object.keys(unknown);
  if (name !== undefined || !isListOfText(include) || !isListOfText(exclude))
    throw invalidOption('monitorScheduled', name ?? describeValue(include ?? exclude), takes);
  checkWrap(nothing, nothing, run);
  return { include, exclude, run };
};

const checkLiveness = (value: unknown): LivenessModuleOptions | undefined => {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return { key: value };
  const key = (value as LivenessModuleOptions | null)?.key;
  if (typeof key === 'string' && key !== '') return value as LivenessModuleOptions;
  throw invalidOption(
    'liveness',
    describeValue(value),
    "a monitor's key or { key, intervalMs, check }",
  );
};

const clientOf = (client: unknown, rest: object): (() => HeartbeatClient) => {
  if (client === undefined)
    return () => createHeartbeat({ logger: nestLogger(), ...(rest as HeartbeatOptions) });
  if (typeof (client as HeartbeatClient | null)?.wrap !== 'function')
    throw invalidOption('client', describeValue(client), 'a client, as createHeartbeat() makes it');
  const [more] = Object.keys(rest);
  if (more !== undefined)
    throw new LubdubError(
      'ERR_LUBDUB_UNKNOWN_OPTION',
      `Option "${more}" was given together with "client"; it belongs into the options that the client was made from.`,
      { option: more },
    );
  return () => client as HeartbeatClient;
};

/** Checks a module's own options; those of the client are checked when it is made. Throws a typed error that names the option. */
export const settle = (options: HeartbeatModuleOptions): ModuleSettings => {
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', describeValue(options), 'an object with a provider or a client');
  const { client, liveness, monitorScheduled, drainTimeoutMs, flushTimeoutMs, ...rest } = options;
  return {
    liveness: checkLiveness(liveness),
    monitorScheduled: checkMonitorScheduled(monitorScheduled),
    drainTimeoutMs: timeout('drainTimeoutMs', drainTimeoutMs, 5_000),
    flushTimeoutMs: timeout('flushTimeoutMs', flushTimeoutMs, 2_000),
    client: clientOf(client, rest),
  };
};
