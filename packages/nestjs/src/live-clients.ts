import { findHeartbeat, type HeartbeatClient } from '@lubdub/core';
import { Logger } from '@nestjs/common';
import { defaultClientName } from './tokens.ts';

interface LiveClients {
  readonly byName: Map<string, Set<HeartbeatClient>>;
  readonly warned: Set<string>;
}

const key = Symbol.for('lubdub.nestjs');
const globals = globalThis as unknown as Record<symbol, LiveClients | undefined>;

// On the global object, since the ES module and the CommonJS copy of this package may serve one application.
const live = (): LiveClients => (globals[key] ??= { byName: new Map(), warned: new Set() });

/** Makes a module's client known to objects that Nest did not make. */
export const addLiveClient = (name: string, client: HeartbeatClient): void => {
  const { byName } = live();
  const clients = byName.get(name) ?? new Set();
  byName.set(name, clients.add(client));
};

/** Forgets it again. */
export const removeLiveClient = (name: string, client: HeartbeatClient): void => {
  live().byName.get(name)?.delete(client);
};

/** Says something about a misuse, once in the process. */
export const warnOnce = (message: string): void => {
  const { warned } = live();
  if (warned.has(message)) return;
  warned.add(message);
  new Logger('Heartbeat').warn(message);
};

/**
 * The client for an object that was given none: the only one of that name in the process, else, for the unnamed one, that of
 * `initHeartbeat`. Two applications are kept apart: where several could be meant there is none.
 */
export const findLiveClient = (name: string, isDefault: boolean): HeartbeatClient | undefined => {
  const clients = live().byName.get(name);
  if (clients?.size === 1) return clients.values().next().value;
  return isDefault ? findHeartbeat() : undefined;
};

/** Why there is none, and what to do. */
export const whyNone = (name: string): string => {
  const isDefault = name === defaultClientName;
  const decorator = isDefault ? '@Heartbeat()' : `@Heartbeat(…, { client: '${name}' })`;
  if ((live().byName.get(name)?.size ?? 0) > 1)
    return `A method with ${decorator} runs unmonitored: several applications in this process have such a client, and its object was made by none of them. Give it one: { client: () => … }.`;
  const options = isDefault ? '{ provider }' : `{ name: '${name}', provider }`;
  return `Methods with ${decorator} run unmonitored: no client was found. Import HeartbeatModule.forRoot(${options}) in the root module.`;
};
