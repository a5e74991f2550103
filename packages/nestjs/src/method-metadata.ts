import type { MonitoredMethod } from './monitored-method.ts';

const stateKey = Symbol.for('lubdub.nestjs.monitored');
const methodsKey = Symbol.for('lubdub.nestjs.methods');

/**
 * Copies what decorators wrote on a function: Nest finds jobs, routes and handlers by it. Own metadata only; what is already on
 * the target stays.
 */
export const copyMetadata = (source: object, target: object): void => {
  for (const key of Reflect.getOwnMetadataKeys(source)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, source), target);
  }
};

/** The monitored methods that a function is, innermost first; wrappers that copy metadata carry them on. */
export const monitoredOf = (method: unknown): readonly MonitoredMethod[] =>
  typeof method === 'function'
    ? ((Reflect.getOwnMetadata(stateKey, method) as readonly MonitoredMethod[] | undefined) ?? [])
    : [];

/** Notes on a function what it is. */
export const noteMonitored = (method: object, monitored: readonly MonitoredMethod[]): void =>
  Reflect.defineMetadata(stateKey, monitored, method);

/** Notes on a class that a method of its own is monitored. */
export const noteMethod = (type: object, method: string | symbol): void => {
  const own = Reflect.getOwnMetadata(methodsKey, type) as Set<string | symbol> | undefined;
  if (own === undefined) Reflect.defineMetadata(methodsKey, new Set([method]), type);
  else own.add(method);
};

/** Names of the monitored methods of a class, inherited ones too. */
export const monitoredMethodsOf = (type: object): ReadonlySet<string | symbol> => {
  const names = new Set<string | symbol>();
  for (let one: object | null = type; one !== null; one = Reflect.getPrototypeOf(one)) {
    const own = Reflect.getOwnMetadata(methodsKey, one) as Set<string | symbol> | undefined;
    if (own !== undefined) for (const name of own) names.add(name);
  }
  return names;
};
