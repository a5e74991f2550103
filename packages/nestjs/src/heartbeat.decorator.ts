import {
  type AnyJob,
  checkWrap,
  describeValue,
  type HeartbeatClient,
  invalidOption,
  LubdubError,
  type MonitorKey,
  type WrapOptions,
} from '@lubdub/core';
import type { BullMqJobOptions } from '@lubdub/jobs';
import { withHeartbeat } from '@lubdub/jobs/bullmq';
import { classNameOf, derivedKey, methodText } from './derived-key.ts';
import { clientFinder, injectClient } from './injected-client.ts';
import { noteMethod } from './method-metadata.ts';
import {
  type Callable,
  linkOverridden,
  type MethodKey,
  type MethodPlan,
  monitorMethod,
} from './monitored-method.ts';
import { defaultClientName } from './tokens.ts';

/**
 * Options of `@Heartbeat`: those of the core client's `wrap`, which client, and, on the `process` method of a BullMQ
 * `@Processor`, how its jobs are told.
 */
export interface HeartbeatDecoratorOptions extends WrapOptions, BullMqJobOptions {
  /**
   * Name of the module whose client is used, a client, or a function that gives one (asked at each call). Default: the
   * unnamed module's. A static method needs a client or a function.
   */
  readonly client?: string | HeartbeatClient | (() => HeartbeatClient | undefined) | undefined;
}

/** A decorator for methods, of either kind that TypeScript knows. */
export interface HeartbeatDecorator {
  <T>(target: object, method: string | symbol, descriptor: TypedPropertyDescriptor<T>): void;
  <Method extends AnyJob>(method: Method, context: ClassMethodDecoratorContext): Method;
}

interface StandardContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static: boolean;
  readonly private: boolean;
  addInitializer(initializer: (this: unknown) => void): void;
}

interface Given {
  readonly key: MethodKey | undefined;
  readonly client: HeartbeatDecoratorOptions['client'];
  readonly options: WrapOptions;
  readonly queue: BullMqJobOptions;
}

const misplaced = (where: string, problem: string): LubdubError =>
  new LubdubError('ERR_LUBDUB_DECORATOR_MISPLACED', `@Heartbeat() on ${where}: ${problem}`);

const notAMethod = {
  class:
    'it takes a method; put it on the methods that are jobs, or use monitorScheduled for all scheduled ones.',
  accessor: 'a getter or setter is no job; put it on a method.',
  property:
    'a function in a property is made anew for each object, where no decorator can wrap it; make it a method, `name() { … }` instead of `name = () => { … }`.',
  static:
    'nothing is injected into a class; give it a client, { client: () => getHeartbeat() }, or make it an instance method.',
} as const;

const checkGiven = (key: unknown, given: HeartbeatDecoratorOptions): Given => {
  if (typeof given !== 'object' || given === null)
    throw invalidOption('options', describeValue(given), 'an object');
  const { client, failures, suspends, ...options } = given;
  const queue = { failures, suspends };
  checkWrap(key ?? derivedKey, derivedKey, options);
  if (failures !== undefined || suspends !== undefined)
    withHeartbeat('checked', () => undefined, queue);
  const isClient = typeof client === 'object' && client !== null && 'wrap' in client;
  if (
    client !== undefined &&
    client !== '' &&
    typeof client !== 'string' &&
    typeof client !== 'function' &&
    !isClient
  )
    throw invalidOption(
      'client',
      describeValue(client),
      'the name of a module, a client, or a function that returns one',
    );
  return { key: key as MethodKey | undefined, client, options, queue };
};

const planFor = (given: Given, method: string | symbol, className: string): MethodPlan => ({
  given: given.key,
  key:
    given.key ??
    function derive(this: unknown): string {
      return derivedKey(classNameOf(this) || className, method);
    },
  method,
  label: `${className}.${methodText(method)}`,
  clientName: typeof given.client === 'string' ? given.client : defaultClientName,
  isScheduled: false,
  options: given.options,
  queue: given.queue,
  clientFor: clientFinder(given.client),
});

const decorateLegacy = (
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor | undefined,
  given: Given,
): void => {
  const isStatic = typeof target === 'function';
  const className = isStatic ? target.name : classNameOf(target);
  const where = `${className}.${methodText(name)}`;
  if (typeof descriptor !== 'object' || descriptor === null)
    throw misplaced(where, notAMethod.property);
  if (descriptor.get !== undefined || descriptor.set !== undefined)
    throw misplaced(where, notAMethod.accessor);
  if (typeof descriptor.value !== 'function') throw misplaced(where, notAMethod.property);
  const injected = given.client === undefined || typeof given.client === 'string';
  if (isStatic && injected) throw misplaced(where, notAMethod.static);
  const plan = planFor(given, name, className);
  const { method, monitored } = monitorMethod(descriptor.value as Callable, plan);
  if (monitored === undefined) return;
  // In place: `applyDecorators` ignores a descriptor that is returned.
  descriptor.value = method;
  linkOverridden(monitored, target, name);
  noteMethod(isStatic ? target : target.constructor, name);
  if (injected) injectClient(target, plan.clientName);
};

const decorateStandard = (value: unknown, context: StandardContext, given: Given): Callable => {
  const { kind, name } = context;
  if (kind !== 'method') {
    const problem =
      kind === 'class'
        ? notAMethod.class
        : kind === 'field'
          ? notAMethod.property
          : notAMethod.accessor;
    throw misplaced(methodText(name ?? 'a class'), problem);
  }
  if (context.static && (given.client === undefined || typeof given.client === 'string'))
    throw misplaced(methodText(name), notAMethod.static);
  const { method, monitored } = monitorMethod(value as Callable, planFor(given, name, ''));
  if (monitored === undefined) return method;
  const linked = new WeakSet<object>();
  context.addInitializer(function link(this: unknown) {
    const type: object = context.static ? (this as object) : (this as object).constructor;
    if (linked.has(type)) return;
    linked.add(type);
    if (!context.private) noteMethod(type, name);
    const own = context.static ? type : (type as { prototype: object }).prototype;
    for (let one: object | null = own; one !== null; one = Reflect.getPrototypeOf(one)) {
      if (Reflect.getOwnPropertyDescriptor(one, name)?.value === method)
        linkOverridden(monitored, one, name);
    }
  });
  return method;
};

const isStandardContext = (value: unknown): value is StandardContext =>
  typeof value === 'object' && value !== null && 'kind' in value;

/**
 * Monitors a method: each call is a run. Works above and below every other decorator, on jobs, event and message handlers,
 * processors, controllers and plain methods; the method stays what it was. Returning is success, throwing (or a promise that
 * rejects, or an Observable that errs) is fail.
 *
 * @param key the monitor's key, or a function of the arguments; default class and method in kebab case.
 * @throws LubdubError at decoration, for a key or option of the wrong form or on anything but a method.
 *
 * @example
 * @Cron('0 3 * * *')
 * @Heartbeat('nightly-backup')
 * async backUp(): Promise<void> { … }
 */
export const Heartbeat = (
  key?: MonitorKey | ((...args: Parameters<AnyJob>) => MonitorKey),
  options: HeartbeatDecoratorOptions = {},
): HeartbeatDecorator => {
  const given = checkGiven(key, options);
  const decorate = (...args: unknown[]): unknown => {
    const [target, second, third] = args;
    if (isStandardContext(second)) return decorateStandard(target, second, given);
    if (second === undefined || typeof third === 'number') {
      const where = typeof target === 'function' ? target.name : classNameOf(target);
      throw misplaced(where, notAMethod.class);
    }
    decorateLegacy(target as object, second as string | symbol, third as PropertyDescriptor, given);
    return undefined;
  };
  return decorate;
};
