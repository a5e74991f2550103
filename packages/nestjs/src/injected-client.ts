import type { HeartbeatClient } from '@lubdub/core';
import { Inject, Optional } from '@nestjs/common';
import { findLiveClient, warnOnce, whyNone } from './live-clients.ts';
import { defaultClientName, getHeartbeatToken } from './tokens.ts';

/** Which client: a module's name, a client, or a function that gives one. */
export type ClientOption =
  | string
  | HeartbeatClient
  | (() => HeartbeatClient | undefined)
  | undefined;

/** Finds the client for a call: the given one, else that of the object, else one that fits. Says once where there is none. */
export const clientFinder = (
  client: ClientOption,
): ((self: unknown) => HeartbeatClient | undefined) => {
  if (typeof client === 'object') return () => client;
  if (typeof client === 'function') {
    return () => {
      try {
        return client();
      } catch {
        return undefined;
      }
    };
  }
  const name = client ?? defaultClientName;
  const property = getHeartbeatToken(name);
  return (self) => {
    const own = (self as Record<symbol, HeartbeatClient | undefined> | null | undefined)?.[
      property
    ];
    if (own !== undefined) return own;
    const found = findLiveClient(name, client === undefined);
    if (found === undefined) warnOnce(whyNone(name));
    return found;
  };
};

/** Gives a class the client under a symbol; the property does not show in the objects. */
export const injectClient = (prototype: object, name: string): void => {
  const property = getHeartbeatToken(name);
  if (property in prototype) return;
  Object.defineProperty(prototype, property, {
    configurable: true,
    get: () => undefined,
    set(this: object, client: unknown) {
      // A frozen object refuses; it finds the client another way.
      Reflect.defineProperty(this, property, { value: client, configurable: true, writable: true });
    },
  });
  Inject(property)(prototype, property);
  Optional()(prototype, property);
};
