import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import { createAccess } from './access/access.ts';
import { InputError, readMonitorInput } from './api/monitor-input.ts';
import { MonitorError } from './errors.ts';
import { findKeyFault } from './ingest/text.ts';
import type { MonitorOptions, ResolvedOptions } from './options.ts';
import { isLoopback, resolveOptions } from './options.ts';
import { buildApp } from './server/build-app.ts';
import { createMetrics } from './server/metrics.ts';
import { startWork } from './server/work.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

/** A monitor that is running. */
export interface RunningMonitor {
  /** Address of the board, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** For reading and subscribing; pings come in over HTTP. */
  readonly store: Store;
  /** Answers what is under way, stores it, and ends. Can be called again. */
  close(): Promise<void>;
}

/**
 * Starts the monitor.
 * @throws MonitorError when an option is wrong, the port is taken, the folder cannot be written, or the database cannot be
 *   reached.
 * @example
 * ```ts
 * const monitor = await startMonitor({ port: 4747, dataDir: './lubdub-data' });
 * console.log(monitor.url);
 * ```
 */
export const startMonitor = async (options: MonitorOptions = {}): Promise<RunningMonitor> => {
  const resolved = resolveOptions(options);
  const { databaseUrl, dataDir } = resolved;
  const store = await openStore(databaseUrl === undefined ? { dataDir } : { databaseUrl });
  try {
    return await start(store, resolved);
  } catch (error) {
    await store.close();
    throw error;
  }
};

const start = async (store: Store, options: ResolvedOptions): Promise<RunningMonitor> => {
  const { clock, logger, adminKey, onPing } = options;
  await declare(store, options);
  const open = isLoopback(options.host) && adminKey === undefined;
  const metrics = createMetrics(store, clock);
  const work = await startWork(store, options, metrics);
  const app = await buildApp({
    store,
    clock,
    access: createAccess({ store, clock, open, adminKey }),
    opshiftSecrets: await readOpshiftSecrets(store, options),
    countPing: metrics.countPing,
    metrics,
    evaluatedMs: work.evaluatedMs,
    logger,
    trustProxy: options.trustProxy,
    rateLimit: options.rateLimit,
    publicUrl: options.publicUrl ?? null,
    channels: options.channels,
  });
  if (onPing !== undefined) {
    store.subscribe((event) => {
      if (event.type === 'ping') onPing(event.ping, event.monitorKey);
    });
  }
  const stop = async (): Promise<void> => {
    await app.close();
    await work.stop();
    await store.close();
  };
  try {
    await app.listen({ port: options.port, host: options.host });
  } catch (error) {
    await app.close();
    await work.stop();
    throw listenError(error, options);
  }
  const { port } = app.server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  logger.info(`monitor listening on ${url}`);
  let closing: Promise<void> | undefined;
  return { url, port, store, close: () => (closing ??= stop()) };
};

/** One is made at first start and kept, so that signing works out of the box. A HMAC needs the secret itself. */
const readOpshiftSecrets = async (
  store: Store,
  options: ResolvedOptions,
): Promise<readonly string[]> => {
  if (options.opshiftSecrets.length > 0) return options.opshiftSecrets;
  return [await store.initSetting('opshift_secret', randomBytes(32).toString('hex'))];
};

const declare = async (store: Store, options: ResolvedOptions): Promise<void> => {
  for (const [key, input] of Object.entries(options.monitors)) {
    try {
      const fault = findKeyFault(key);
      if (fault !== null) throw new InputError(fault);
      const before = await store.findMonitor({ by: 'key', value: key });
      await store.putMonitor(key, readMonitorInput(input, before), 'file', options.clock.wallMs());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const message = `Option "monitors" got a monitor ${JSON.stringify(key)} that cannot be used: ${error.message}.`;
      throw new MonitorError('ERR_LUBDUB_INVALID_OPTION', message, {
        option: 'monitors',
        cause: error,
      });
    }
  }
};

const listenError = (error: unknown, { port, host }: ResolvedOptions): unknown => {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const why = code === 'EACCES' ? 'may not be used by this user' : 'is taken by another process';
    return new MonitorError(
      'ERR_LUBDUB_PORT_TAKEN',
      `Port ${port} on ${host} ${why}; choose another with option "port" (--port) or the PORT variable.`,
      { option: 'port', cause: error },
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new MonitorError(
      'ERR_LUBDUB_HOST',
      `Option "host" (--host) got "${host}", which is no address of this machine.`,
      { option: 'host', cause: error },
    );
  }
  return error;
};
