import { type HeartbeatClient, LubdubError } from '@lubdub/core';
import type { ModulesContainer } from '@nestjs/core';
import type { MonitorScheduledOptions } from './heartbeat.options.ts';
import { monitoredMethodsOf, monitoredOf } from './method-metadata.ts';
import {
  monitorScheduledMethods,
  ScheduledChoice,
  scheduledProperty,
} from './monitor-scheduled.ts';
import { scheduleOf } from './schedule-metadata.ts';
import { standIn } from './stand-in.ts';
import { defaultClientName, getHeartbeatToken, lifecycleToken } from './tokens.ts';

/** What is looked through. */
export interface Exploration {
  readonly modules: ModulesContainer;
  readonly name: string;
  readonly client: HeartbeatClient;
  readonly monitorScheduled: MonitorScheduledOptions | undefined;
}

const described = (name: string): string => (name === defaultClientName ? 'no name' : `"${name}"`);

const namesOfClients = (modules: ModulesContainer): readonly string[] => {
  const prefix = lifecycleToken('').description ?? '';
  return [...modules.values()].flatMap((module) =>
    [...module.providers.keys()].flatMap((token) =>
      typeof token === 'symbol' && token.description?.startsWith(prefix) === true
        ? [token.description.slice(prefix.length)]
        : [],
    ),
  );
};

const assertDistinct = (names: readonly string[]): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new LubdubError(
    'ERR_LUBDUB_CLIENT_NAME',
    `HeartbeatModule was imported twice with ${described(twice)}: import it once, in the root module, or give each client a name of its own: forRoot({ name: 'billing', … }).`,
  );
};

const giveClient = (instance: object, property: symbol, client: HeartbeatClient): void => {
  if ((instance as Record<symbol, unknown>)[property] !== undefined) return;
  Reflect.defineProperty(instance, property, { value: client, configurable: true, writable: true });
};

const exploreInstance = (
  instance: object,
  exploration: Exploration,
  names: readonly string[],
): void => {
  const { name: clientName, client } = exploration;
  for (const name of monitoredMethodsOf(instance.constructor)) {
    const method = (instance as Record<string | symbol, unknown>)[name];
    for (const monitored of monitoredOf(method)) {
      const { plan } = monitored;
      if (!plan.isScheduled && !names.includes(plan.clientName))
        throw new LubdubError(
          'ERR_LUBDUB_CLIENT_NAME',
          `${plan.label} wants the heartbeat client with ${described(plan.clientName)}, but there are: ${names.map(described).join(', ')}. Name one of them: @Heartbeat(key, { client: '${names[0]}' }).`,
        );
      if (
        plan.clientName !== clientName ||
        (plan.isScheduled && exploration.monitorScheduled === undefined)
      )
        continue;
      if (!plan.isScheduled) giveClient(instance, getHeartbeatToken(clientName), client);
      const schedule = scheduleOf(method as object);
      const key = schedule === undefined ? undefined : monitored.keyFor(instance);
      if (key !== undefined && schedule !== undefined) standIn(client).declare?.(key, schedule);
    }
  }
};

const hasClass = (instance: unknown): instance is object => {
  try {
    return (
      typeof instance === 'object' &&
      instance !== null &&
      typeof instance.constructor === 'function'
    );
  } catch {
    // A proxy that answers only within a request.
    return false;
  }
};

const instancesOf = (modules: ModulesContainer): Set<object> => {
  const instances = new Set<object>();
  for (const module of modules.values()) {
    for (const collection of [module.providers, module.controllers, module.injectables]) {
      for (const wrapper of collection.values()) {
        const instance: unknown = wrapper.instance;
        if (hasClass(instance)) instances.add(instance);
      }
    }
  }
  return instances;
};

/**
 * Looks through an application once, when all its objects are there: hands the client to monitored objects that Nest did not
 * make itself, tells the client the schedules in the code, and monitors scheduled methods where that was asked for.
 *
 * @throws LubdubError `ERR_LUBDUB_CLIENT_NAME` when it is not clear which client is meant.
 */
export const exploreApplication = (exploration: Exploration): void => {
  const { modules, monitorScheduled, client, name } = exploration;
  const names = namesOfClients(modules);
  assertDistinct(names);
  const choice = monitorScheduled === undefined ? undefined : new ScheduledChoice(monitorScheduled);
  for (const instance of instancesOf(modules)) {
    if (choice !== undefined) {
      monitorScheduledMethods(instance, name, choice);
      if (monitoredMethodsOf(instance.constructor).size > 0)
        giveClient(instance, scheduledProperty(name), client);
    }
    exploreInstance(instance, exploration, names);
  }
  choice?.warn();
};
