import { type DynamicModule, type FactoryProvider, Module, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { describeValue, type HeartbeatClient, invalidOption } from '@lubdub/core';
import { HeartbeatHealthIndicator } from './heartbeat.health.ts';
import { HeartbeatLifecycle } from './heartbeat.lifecycle.ts';
import {
  type HeartbeatModuleAsyncOptions,
  type HeartbeatModuleExtras,
  type HeartbeatModuleOptions,
  type HeartbeatOptionsFactory,
  type ModuleSettings,
  settle,
} from './heartbeat.options.ts';
import {
  defaultClientName,
  getHeartbeatToken,
  HeartbeatService,
  lifecycleToken,
  optionsToken,
} from './tokens.ts';

const nameOf = ({ name }: HeartbeatModuleExtras): string => {
  if (name === undefined) return defaultClientName;
  if (typeof name === 'string' && name !== '') return name;
  throw invalidOption('name', describeValue(name), 'a text that is not empty');
};

const settingsFrom = (options: HeartbeatModuleAsyncOptions, token: symbol): Provider[] => {
  const { useFactory, useClass, useExisting, inject = [] } = options;
  if (useFactory !== undefined) {
    const make = useFactory as (
      ...args: unknown[]
    ) => HeartbeatModuleOptions | Promise<HeartbeatModuleOptions>;
    const useSettled = async (...args: unknown[]): Promise<ModuleSettings> =>
      settle(await make(...args));
    return [{ provide: token, useFactory: useSettled, inject }];
  }
  const factory = useExisting ?? useClass;
  if (factory === undefined)
    throw invalidOption('useFactory', 'undefined', 'a function; or give useClass or useExisting');
  const settings: FactoryProvider<ModuleSettings> = {
    provide: token,
    useFactory: async (made: HeartbeatOptionsFactory) =>
      settle(await made.createHeartbeatOptions()),
    inject: [factory],
  };
  return useClass === undefined ? [settings] : [settings, { provide: useClass, useClass }];
};

/** Provides a heartbeat client and looks after it: life, schedules, health. Import it once, in the root module. */
@Module({})
export class HeartbeatModule {
  /**
   * The module with options that are known now. Global unless `isGlobal: false`.
   *
   * @throws LubdubError when the application starts, for an option of the wrong form.
   *
   * @example
   * HeartbeatModule.forRoot({ provider: healthchecks({ pingKey }) })
   */
  static forRoot(options: HeartbeatModuleOptions & HeartbeatModuleExtras): DynamicModule {
    const { name, isGlobal, ...rest } = options ?? {};
    return HeartbeatModule.forRootAsync({
      name,
      isGlobal,
      useFactory: () => rest,
    });
  }

  /** The module with options from other providers: `useFactory` (with `inject`), `useClass` or `useExisting`. */
  static forRootAsync(options: HeartbeatModuleAsyncOptions): DynamicModule {
    const name = nameOf(options);
    const settings = optionsToken(name);
    const client = getHeartbeatToken(name);
    const shared: Provider[] = [
      { provide: client, useFactory: (made: ModuleSettings) => made.client(), inject: [settings] },
    ];
    if (name === defaultClientName) {
      shared.push(
        { provide: HeartbeatService, useExisting: client },
        {
          provide: HeartbeatHealthIndicator,
          useFactory: (made: HeartbeatClient) => new HeartbeatHealthIndicator(made),
          inject: [client],
        },
      );
    }
    const lifecycle: Provider = {
      provide: lifecycleToken(name),
      useFactory: (made: HeartbeatClient, given: ModuleSettings, modules: ModulesContainer) =>
        new HeartbeatLifecycle(name, made, given, modules),
      inject: [client, settings, ModulesContainer],
    };
    return {
      module: HeartbeatModule,
      global: options.isGlobal ?? true,
      imports: options.imports ?? [],
      providers: [...settingsFrom(options, settings), ...shared, lifecycle],
      exports: shared.map((provider) => (provider as FactoryProvider).provide),
    };
  }
}
