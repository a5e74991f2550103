import type { MonitorInput } from './api/monitor-input.ts';
import type { Channel, ChannelOptions } from './channels/channel.ts';
import { readChannels } from './channels/read-channels.ts';
import type { Clock } from './clock.ts';
import { processClock } from './clock.ts';
import { invalidOption, MonitorError } from './errors.ts';
import type { StoredPing } from './model.ts';
import type { Retention } from './store/store.ts';
import { defaultRetention } from './store/retention.ts';

/** Where the monitor writes what it does; pino and `console` fit. */
export interface MonitorLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Options of {@link import('./server.ts').startMonitor}. All can be left out. */
export interface MonitorOptions {
  /** 0 to 65,535; 0 takes a free one. Default 4747. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1; any other than a loopback address needs `adminKey`. */
  readonly host?: string;
  /** Folder of the SQLite file, made when missing. Default `./lubdub-data`. Not used with `databaseUrl`. */
  readonly dataDir?: string;
  /** `postgres://…`: keep everything in PostgreSQL, which several monitors may share. */
  readonly databaseUrl?: string;
  /** Monitors to create or change at start-up, by key. Others stay as they are. */
  readonly monitors?: Readonly<Record<string, MonitorInput>>;
  /** A key of at least 16 characters that may do everything; without one the monitor is open, on loopback only. */
  readonly adminKey?: string;
  /** Secrets that OpShift requests may be signed with; during a rotation two. Default: one that is made at first start. */
  readonly opshiftSecrets?: readonly string[];
  /** Ways to tell people about flips, by name. A monitor tells all of them unless it names some. */
  readonly channels?: Readonly<Record<string, ChannelOptions>>;
  /** Address under which people see the board, for links in alerts. */
  readonly publicUrl?: string;
  /** Asked for (GET) once a minute while evaluation progresses, so that someone notices when this monitor is gone. */
  readonly beatUrl?: string;
  /** Believe `X-Forwarded-For`: only behind a proxy that sets it. Default false. */
  readonly trustProxy?: boolean;
  /** Requests a minute and address, once there is an admin key. Default 600, and 60,000 for pings. */
  readonly rateLimit?: { readonly requestsPerMinute?: number; readonly pingsPerMinute?: number };
  /** How often deadlines are looked at, 100 to 60,000 milliseconds. Default 1,000. */
  readonly evaluateEveryMs?: number;
  /** How long things are kept. */
  readonly retention?: Partial<Retention>;
  /** Default: silent. */
  readonly logger?: MonitorLogger;
  readonly clock?: Clock;
  /** Called for each ping that is on disk. */
  readonly onPing?: (ping: StoredPing, monitorKey: string) => void;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly monitors: Readonly<Record<string, MonitorInput>>;
  readonly adminKey: string | undefined;
  readonly opshiftSecrets: readonly string[];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly publicUrl: string | undefined;
  readonly beatUrl: string | undefined;
  readonly trustProxy: boolean;
  readonly rateLimit: { readonly requestsPerMinute: number; readonly pingsPerMinute: number };
  readonly evaluateEveryMs: number;
  readonly retention: Retention;
  readonly logger: MonitorLogger;
  readonly clock: Clock;
  readonly onPing: ((ping: StoredPing, monitorKey: string) => void) | undefined;
}

const known: readonly string[] = [
  'port',
  'host',
  'dataDir',
  'databaseUrl',
  'monitors',
  'adminKey',
  'opshiftSecrets',
  'channels',
  'publicUrl',
  'beatUrl',
  'trustProxy',
  'rateLimit',
  'evaluateEveryMs',
  'retention',
  'logger',
  'clock',
  'onPing',
] satisfies (keyof MonitorOptions)[];

const silent: MonitorLogger = { info: () => {}, warn: () => {}, error: () => {} };

/** True for an address that only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

/**
 * Checks options and fills in the defaults.
 * @throws MonitorError that names the option, what it got and what it takes.
 */
export const resolveOptions = (options: MonitorOptions): ResolvedOptions => {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new MonitorError(
        'ERR_LUBDUB_UNKNOWN_OPTION',
        `Option "${name}" is not known; startMonitor takes ${known.join(', ')}.`,
        { option: name },
      );
    }
  }
  const host = readText('host', options.host ?? '127.0.0.1', 'an address to listen on');
  const adminKey = options.adminKey;
  if (adminKey !== undefined && (typeof adminKey !== 'string' || adminKey.length < 16)) {
    throw invalidOption(
      'adminKey',
      'a text that is too short',
      'a secret of at least 16 characters',
    );
  }
  if (!isLoopback(host) && adminKey === undefined) {
    throw new MonitorError(
      'ERR_LUBDUB_ADMIN_KEY_REQUIRED',
      `Option "host" (--host) got "${host}", which others can reach; that takes option "adminKey" (LUBDUB_ADMIN_KEY) as well.`,
      { option: 'adminKey' },
    );
  }
  const { databaseUrl } = options;
  if (databaseUrl !== undefined && !/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    throw invalidOption(
      'databaseUrl',
      'something else',
      'an address of the form postgres://user@host/database',
    );
  }
  return {
    port: readNumber('port', options.port ?? 4747, 0, 65_535),
    host,
    dataDir: readText('dataDir', options.dataDir ?? 'lubdub-data', 'a folder'),
    databaseUrl,
    monitors: options.monitors ?? {},
    adminKey,
    opshiftSecrets: options.opshiftSecrets ?? [],
    channels: readChannels(options.channels ?? {}),
    publicUrl: readUrl('publicUrl', options.publicUrl)?.replace(/\/+$/, ''),
    beatUrl: readUrl('beatUrl', options.beatUrl),
    trustProxy: options.trustProxy ?? false,
    rateLimit: { requestsPerMinute: 600, pingsPerMinute: 60_000, ...options.rateLimit },
    evaluateEveryMs: readNumber('evaluateEveryMs', options.evaluateEveryMs ?? 1000, 100, 60_000),
    retention: { ...defaultRetention, ...options.retention },
    logger: options.logger ?? silent,
    clock: options.clock ?? processClock,
    onPing: options.onPing,
  };
};

const readText = (option: string, value: unknown, takes: string): string => {
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    throw invalidOption(option, value, takes);
  return value;
};

const readUrl = (option: string, value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  // the address may be a secret, so it is not shown
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw invalidOption(option, 'something else', 'an address with http: or https:');
  }
  return value;
};

const readNumber = (option: string, value: unknown, min: number, max: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalidOption(option, value, `a whole number from ${min} to ${max}`);
  }
  return value;
};
