#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { createApiClient } from './config/api-client.ts';
import { apply, exportConfig, plan } from './config/commands.ts';
import type { MonitorConfig } from './config/read-config.ts';
import { ConfigError, readConfigFile } from './config/read-config.ts';
import { MonitorError } from './errors.ts';
import type { MonitorOptions } from './options.ts';
import { startMonitor } from './server.ts';
import { createProcessLogger } from './server/process-logger.ts';

const usage = `lubdub-monitor [command] - receives heartbeats and shows them on a board

Commands
  start (default)   run the monitor
  validate          check the file of --config
  plan              show what apply would change in the monitor at --url
  apply             make its monitors as declared; nothing is deleted
  export            print its monitors in the form of the file

Options
  --port <number>         default 4747, or the PORT variable
  --host <address>        default 127.0.0.1, or HOST; any but loopback needs LUBDUB_ADMIN_KEY
  --data <folder>         default ./lubdub-data, or LUBDUB_DATA
  --database-url <url>    PostgreSQL instead of a folder, or DATABASE_URL
  --config <file>         monitors.yaml: monitors and alert channels, or LUBDUB_CONFIG
  --url <url>             for plan, apply and export; default http://127.0.0.1:4747
  --help                  this text

More variables
  LUBDUB_ADMIN_KEY        a secret of at least 16 characters that may do everything
  LUBDUB_PUBLIC_URL       address under which people see the board, for links in alerts
  LUBDUB_BEAT_URL         address that is asked for every minute while evaluation progresses
  LUBDUB_OPSHIFT_SECRETS  secrets of OpShift requests, separated by commas
  LUBDUB_TRUST_PROXY      1 behind a reverse proxy that sets X-Forwarded-For
`;

/** A command that was written wrongly. */
class UsageError extends Error {}

const readArguments = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      'database-url': { type: 'string' },
      config: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean' },
    },
  });

type Values = ReturnType<typeof readArguments>['values'];

/** An empty variable counts as not set. */
const variable = (name: string): string | undefined => {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
};

const readConfig = (values: Values): MonitorConfig | undefined => {
  const path = values.config ?? variable('LUBDUB_CONFIG');
  return path === undefined ? undefined : readConfigFile(path);
};

const requireConfig = (values: Values): MonitorConfig => {
  const config = readConfig(values);
  if (config === undefined)
    throw new UsageError('option "config" (--config) is missing; it takes a file');
  return config;
};

const readPort = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text)) {
    throw new UsageError(
      `option "port" (--port, PORT) got "${text}"; it takes a number from 0 to 65535`,
    );
  }
  return Number(text);
};

const readOptions = (values: Values): MonitorOptions => {
  const config = readConfig(values);
  const options = {
    port: readPort(values.port ?? variable('PORT')),
    host: values.host ?? variable('HOST'),
    dataDir: values.data ?? variable('LUBDUB_DATA'),
    databaseUrl: values['database-url'] ?? variable('DATABASE_URL'),
    adminKey: variable('LUBDUB_ADMIN_KEY'),
    publicUrl: variable('LUBDUB_PUBLIC_URL'),
    beatUrl: variable('LUBDUB_BEAT_URL'),
    opshiftSecrets: variable('LUBDUB_OPSHIFT_SECRETS')?.split(','),
    trustProxy: variable('LUBDUB_TRUST_PROXY') === '1' ? true : undefined,
    monitors: config?.monitors,
    channels: config?.channels,
    logger: createProcessLogger(),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as MonitorOptions;
};

const start = async (values: Values): Promise<void> => {
  const monitor = await startMonitor(readOptions(values));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      monitor.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
};

const print = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n`);

const main = async (): Promise<void> => {
  const { values, positionals } = readArguments();
  if (values.help === true) {
    print(usage);
    return;
  }
  const [command = 'start', ...others] = positionals;
  if (others.length > 0)
    throw new UsageError(`one command is taken, got ${positionals.join(', ')}`);
  const client = () =>
    createApiClient(values.url ?? 'http://127.0.0.1:4747', variable('LUBDUB_ADMIN_KEY'));
  if (command === 'start') await start(values);
  else if (command === 'validate') {
    const count = Object.keys(requireConfig(values).monitors).length;
    print(`${count} monitor${count === 1 ? '' : 's'}, nothing wrong.`);
  } else if (command === 'plan') print(await plan(requireConfig(values), client()));
  else if (command === 'apply') print(await apply(requireConfig(values), client()));
  else if (command === 'export') print(await exportConfig(client()));
  else throw new UsageError(`there is no command "${command}"; see --help`);
};

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  const known = [MonitorError, ConfigError, UsageError].some((kind) => error instanceof kind);
  // the commands' own errors come from the client and are written for people
  return known || code?.startsWith('ERR_PARSE_ARGS') === true || error.constructor === Error
    ? error.message
    : (error.stack ?? error.message);
};

main().catch((error: unknown) => {
  for (const line of describe(error).split('\n')) process.stderr.write(`lubdub-monitor: ${line}\n`);
  process.exitCode = 1;
});
