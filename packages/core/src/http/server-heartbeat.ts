import type { Server } from 'node:http';
import {
  checkFields,
  numberFrom,
  plainObject,
  type RuleTable,
  withMethods,
} from '../client/check.ts';
import { findHeartbeat } from '../client/create.ts';
import type { FlushResult, HeartbeatClient } from '../client/heartbeat-client.ts';
import { createServerLiveness, type ServerLivenessOptions } from './server-liveness.ts';

/** A server of `node:http`, `node:https` or `node:http2`, as far as it is needed here. */
export type ListeningServer = Pick<Server, 'listening' | 'on' | 'close'> & {
  closeIdleConnections?(): void;
  closeAllConnections?(): void;
};

/** Options of {@link attachHeartbeat}; all optional. */
export interface ServerHeartbeatOptions {
  /** Default: the client that `initHeartbeat` made. */
  readonly client?: HeartbeatClient | undefined;
  /** Beats while the server listens. */
  readonly liveness?: ServerLivenessOptions | undefined;
  /** How long `close` waits for requests that are under way, milliseconds, before it cuts them. Default 5,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long `close` then waits for pings that are under way, milliseconds. Default 5,000. */
  readonly flushTimeoutMs?: number | undefined;
}

/** What {@link attachHeartbeat} returns. */
export interface ServerHeartbeat {
  /**
   * Stops the beat and the server: lets requests end, cuts those that take too long (their runs fail as `aborted`), and flushes.
   * Never rejects. The client stays usable.
   */
  close(): Promise<FlushResult>;
}

const cutTimeoutMs = 1_000;
const defaultTimeoutMs = 5_000;

const closingRules: RuleTable = {
  drainTimeoutMs: numberFrom(0, 3_600_000, 'milliseconds'),
  flushTimeoutMs: numberFrom(0, 3_600_000, 'milliseconds'),
};

const rules: RuleTable = {
  client: withMethods('start', 'every', 'flush'),
  liveness: plainObject,
  ...closingRules,
};

/** Throws a typed error for time limits of closing that are none; for adapters. */
export const checkClosingOptions = (
  options: Pick<ServerHeartbeatOptions, 'drainTimeoutMs' | 'flushTimeoutMs'>,
): void => checkFields('', options, closingRules);

const within = async (promise: Promise<unknown>, timeoutMs: number): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
};

/**
 * Ties a client to a server: the process's beat lives as long as the server listens, and `close` ends both so that nothing is
 * lost.
 *
 * @throws LubdubError for options of the wrong form.
 *
 * @example
 * const alive = attachHeartbeat(app.listen(3000), { liveness: { key: 'api', maxEventLoopDelayMs: 500 } });
 * process.once('SIGTERM', () => void alive.close());
 */
export const attachHeartbeat = (
  server: ListeningServer,
  options: ServerHeartbeatOptions = {},
): ServerHeartbeat => {
  checkFields('', options, rules);
  const { client, drainTimeoutMs, flushTimeoutMs } = options;
  const liveness =
    options.liveness === undefined ? undefined : createServerLiveness(options.liveness, client);
  if (liveness !== undefined) {
    server.on('listening', () => liveness.begin());
    server.on('close', () => liveness.stop());
    if (server.listening) liveness.begin();
  }
  return {
    async close() {
      liveness?.stop();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections?.();
      await within(closed, drainTimeoutMs ?? defaultTimeoutMs);
      server.closeAllConnections?.();
      await within(closed, cutTimeoutMs);
      const done: FlushResult = { complete: true, pending: 0 };
      return (await (client ?? findHeartbeat())?.flush(flushTimeoutMs)) ?? done;
    },
  };
};
