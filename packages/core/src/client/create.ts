import { describeValue, invalidOption, LubdubError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { Client } from './client.ts';
import type { HeartbeatClient, MonitorKey } from './heartbeat-client.ts';
import { checkHeartbeatOptions, type HeartbeatOptions } from './options.ts';

const globalKey = Symbol.for('lubdub.client');
const globals = globalThis as Record<symbol, unknown>;

/** The functions that make clients on one platform. */
export interface Factories {
  readonly createHeartbeat: <Types extends { monitors: string } = { monitors: MonitorKey }>(
    options: HeartbeatOptions,
  ) => HeartbeatClient<Types['monitors']>;
  readonly initHeartbeat: <Types extends { monitors: string } = { monitors: MonitorKey }>(
    options: HeartbeatOptions,
  ) => HeartbeatClient<Types['monitors']>;
}

/** Makes the factories for a platform. */
export const createFactories = (platform: Platform): Factories => {
  const create = (options: HeartbeatOptions): Client => {
    if (typeof options !== 'object' || options === null)
      throw invalidOption('options', describeValue(options), 'an object with a provider');
    checkHeartbeatOptions(options);
    return new Client(options, platform);
  };
  return {
    createHeartbeat: create,
    initHeartbeat(options) {
      if (globals[globalKey] !== undefined) {
        throw new LubdubError(
          'ERR_LUBDUB_ALREADY_INITIALIZED',
          'initHeartbeat was called before in this process; use getHeartbeat(), or createHeartbeat() for a second client.',
        );
      }
      const client = create(options);
      const close = client.close.bind(client);
      // A closed client makes room for a new one: tests and hot reloading begin anew.
      client.close = (timeoutMs) => {
        if (globals[globalKey] === client) globals[globalKey] = undefined;
        return close(timeoutMs);
      };
      globals[globalKey] = client;
      return client;
    },
  };
};

/**
 * The client that `initHeartbeat` made, in whatever copy of the package.
 *
 * @throws LubdubError `ERR_LUBDUB_NOT_INITIALIZED` before that.
 */
export const getHeartbeat = <
  Types extends { monitors: string } = { monitors: MonitorKey },
>(): HeartbeatClient<Types['monitors']> => {
  const client = findHeartbeat();
  if (client === undefined) {
    throw new LubdubError(
      'ERR_LUBDUB_NOT_INITIALIZED',
      'getHeartbeat was called before initHeartbeat; call initHeartbeat({ provider }) at the start of the program.',
    );
  }
  return client;
};

/** The client that `initHeartbeat` made, or undefined. For adapters, which pass through where there is none. */
export const findHeartbeat = (): HeartbeatClient | undefined =>
  globals[globalKey] as HeartbeatClient | undefined;
