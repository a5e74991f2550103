import type { HeartbeatClient, RunOptions } from '@lubdub/core';
import { derivedKey } from './derived-key.ts';
import type { MonitorScheduledOptions } from './heartbeat.options.ts';
import { warnOnce } from './live-clients.ts';
import { monitoredOf, noteMethod } from './method-metadata.ts';
import { type Callable, monitorMethod } from './monitored-method.ts';
import { isScheduled } from './schedule-metadata.ts';

/** Objects whose scheduled methods are monitored without a decorator have the client under this key. */
export const scheduledProperty = (clientName: string): symbol =>
  Symbol.for(`lubdub.nestjs.scheduled:${clientName}`);

/** Methods by name up the prototype chain, as the scheduler looks for them. */
const methodsOf = (instance: object): Map<string, object> => {
  const found = new Map<string, object>();
  let one = Reflect.getPrototypeOf(instance);
  for (; one !== null && one !== Object.prototype; one = Reflect.getPrototypeOf(one)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if (typeof value === 'function' && !found.has(name)) found.set(name, one);
    }
  }
  return found;
};

/** Decides by the lists what is monitored, and tells which entries meant nothing. */
export class ScheduledChoice {
  readonly #options: MonitorScheduledOptions;
  readonly #unseen: Set<string>;
  /** Options of the runs. */
  readonly run: RunOptions;

  constructor(options: MonitorScheduledOptions) {
    this.#options = options;
    this.run = options.run ?? {};
    this.#unseen = new Set([...(options.include ?? []), ...(options.exclude ?? [])]);
  }

  /** Is a method wanted that goes by these names? */
  takes(names: readonly string[]): boolean {
    const { include, exclude } = this.#options;
    for (const name of names) this.#unseen.delete(name);
    const isIn = (list: readonly string[]): boolean => names.some((name) => list.includes(name));
    return (include === undefined || isIn(include)) && (exclude === undefined || !isIn(exclude));
  }

  /** Says which entries of the lists met no method. */
  warn(): void {
    if (this.#unseen.size === 0) return;
    warnOnce(
      `monitorScheduled names what is no scheduled method without a decorator: ${[...this.#unseen].join(', ')}.`,
    );
  }
}

/** Monitors the scheduled methods of an object that have no decorator, on the class that has them. */
export const monitorScheduledMethods = (
  instance: object,
  clientName: string,
  choice: ScheduledChoice,
): void => {
  const property = scheduledProperty(clientName);
  const className = instance.constructor.name;
  for (const [name, owner] of methodsOf(instance)) {
    const method = (owner as Record<string, Callable>)[name] as Callable;
    if (name === 'constructor' || !isScheduled(method)) continue;
    const monitored = monitoredOf(method);
    if (monitored.some(({ plan }) => !plan.isScheduled)) continue;
    const isWanted = choice.takes([derivedKey(className, name), `${className}.${name}`]);
    // Another application that shares the class may have asked for it before.
    if (!isWanted || monitored.length > 0) continue;
    const plan = {
      given: undefined,
      key(this: object) {
        return derivedKey(this.constructor.name, name);
      },
      method: name,
      label: `${className}.${name}`,
      clientName,
      isScheduled: true,
      options: choice.run,
      queue: {},
      // Only objects of this application: another one that shares the class did not ask for it.
      clientFor: (self: unknown) => (self as Record<symbol, HeartbeatClient | undefined>)[property],
    };
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
    Reflect.defineProperty(owner, name, {
      ...descriptor,
      value: monitorMethod(method, plan).method,
    });
    noteMethod(owner.constructor, name);
  }
};
