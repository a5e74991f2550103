import type { AnyJob, HeartbeatClient, Run, WrapOptions } from '@lubdub/core';
import type { BullMqJobOptions } from '@lubdub/jobs';
import { warnOnce } from './live-clients.ts';
import { copyMetadata, monitoredOf, noteMonitored } from './method-metadata.ts';
import { isQueueProcessor, wrapProcessor } from './queue-processor.ts';

/** A function of any form. */
export type Callable = (...args: unknown[]) => unknown;

/** The key of a method: fixed, or made from each call. */
export type MethodKey = string | ((...args: Parameters<AnyJob>) => string);

/** How a method is monitored. */
export interface MethodPlan {
  /** The key as given, to tell two decorators apart; undefined: derived. */
  readonly given: MethodKey | undefined;
  readonly key: MethodKey;
  readonly method: string | symbol;
  /** Class and method, for people. */
  readonly label: string;
  readonly clientName: string;
  /** Monitored because it is scheduled, without a decorator. */
  readonly isScheduled: boolean;
  readonly options: WrapOptions;
  /** For processors of BullMQ. */
  readonly queue: BullMqJobOptions;
  /** The client for a call on this object; undefined: the call is not monitored. */
  clientFor(self: unknown): HeartbeatClient | undefined;
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** One decorated method: makes runs of its calls, by whatever client the object has. */
export class MonitoredMethod {
  readonly plan: MethodPlan;
  readonly #method: Callable;
  readonly #wrapped = new WeakMap<HeartbeatClient, Callable>();
  /** Methods that override this one. Public, as `isRunning` is: they may come from the other copy of this package. */
  readonly overrides: MonitoredMethod[] = [];
  #openRuns: WeakMap<object, Set<Run>> | undefined;
  #lastClient: HeartbeatClient | undefined;
  #lastWrapped: Callable | undefined;

  constructor(method: Callable, plan: MethodPlan) {
    this.#method = method;
    this.plan = plan;
  }

  /** The key of calls on this object; undefined when it depends on the arguments. */
  keyFor(self: object): string | undefined {
    const { given, key } = this.plan;
    if (typeof key === 'string') return key;
    return given === undefined ? Reflect.apply(key, self, []) : undefined;
  }

  /** From now on a call of the other method through `super` within a run of this one is no run of its own. */
  override(inherited: MonitoredMethod): void {
    this.#openRuns ??= new WeakMap();
    inherited.overrides.push(this);
  }

  /** Is a run with this key open on an object? */
  isRunning(self: unknown, key: string): boolean {
    const open = isObject(self) ? this.#openRuns?.get(self) : undefined;
    if (open === undefined) return false;
    for (const run of open) if (run.key === key && run.status === 'running') return true;
    return false;
  }

  call(self: unknown, args: unknown[]): unknown {
    const client = this.plan.clientFor(self);
    if (client === undefined || (this.overrides.length > 0 && this.#isSuperCall(self, args))) {
      return Reflect.apply(this.#method, self, args);
    }
    if (client !== this.#lastClient) {
      this.#lastWrapped = this.#wrap(client, self);
      this.#lastClient = client;
    }
    return Reflect.apply(this.#lastWrapped as Callable, self, args);
  }

  #isSuperCall(self: unknown, args: unknown[]): boolean {
    const { key } = this.plan;
    try {
      const actual =
        typeof key === 'function'
          ? Reflect.apply<unknown, unknown[], string>(key, self, args)
          : key;
      return this.overrides.some((override) => override.isRunning(self, actual));
    } catch {
      // The user's key function; the client says so when it makes the run.
      return false;
    }
  }

  #remember(self: unknown, run: Run): void {
    if (!isObject(self) || this.#openRuns === undefined) return;
    const open = this.#openRuns.get(self) ?? new Set();
    for (const earlier of open) if (earlier.status !== 'running') open.delete(earlier);
    this.#openRuns.set(self, open.add(run));
  }

  /** The user's options, and note of the runs that overridden methods ask about. */
  get #options(): WrapOptions {
    const { options } = this.plan;
    if (this.#openRuns === undefined) return options;
    return {
      ...options,
      onRun: (run, call) => {
        this.#remember(call.self, run);
        options.onRun?.(run, call);
      },
    };
  }

  #wrap(client: HeartbeatClient, self: unknown): Callable {
    const known = this.#wrapped.get(client);
    if (known !== undefined) return known;
    const { key, method, queue, label } = this.plan;
    const options = this.#options;
    let wrapped: unknown;
    try {
      wrapped = client.wrap(key as string, this.#method, options);
    } catch {
      // A stand-in for the client, as tests have them: the method must run all the same.
    }
    if (typeof wrapped !== 'function') {
      warnOnce(
        `${label} is not monitored: what is injected as the heartbeat client has no wrap().`,
      );
      wrapped = this.#method;
    } else if (isQueueProcessor(self, method)) {
      wrapped = wrapProcessor(key as string, this.#method, { ...options, ...queue, client });
    }
    this.#wrapped.set(client, wrapped as Callable);
    return wrapped as Callable;
  }
}

/**
 * The method, monitored: a Proxy, which keeps name, length and properties, with the metadata that decorators wrote so far. The
 * method itself where it is monitored under this key already.
 */
export const monitorMethod = (
  method: Callable,
  plan: MethodPlan,
): { readonly method: Callable; readonly monitored: MonitoredMethod | undefined } => {
  const inner = monitoredOf(method);
  if (inner.some((one) => one.plan.given === plan.given && one.plan.clientName === plan.clientName))
    return { method, monitored: undefined };
  const monitored = new MonitoredMethod(method, plan);
  const proxy = new Proxy(method, {
    apply: (_target, self, args: unknown[]) => monitored.call(self, args),
  });
  copyMetadata(method, proxy);
  noteMonitored(proxy, [...inner, monitored]);
  return { method: proxy, monitored };
};

/** Ties a method to those that it overrides, up the prototype chain. */
export const linkOverridden = (
  monitored: MonitoredMethod,
  prototype: object,
  name: string | symbol,
): void => {
  let one = Reflect.getPrototypeOf(prototype);
  for (; one !== null; one = Reflect.getPrototypeOf(one)) {
    const value = Reflect.getOwnPropertyDescriptor(one, name)?.value as unknown;
    for (const inherited of monitoredOf(value)) monitored.override(inherited);
  }
};
