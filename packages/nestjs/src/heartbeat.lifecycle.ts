import type { HeartbeatClient, Liveness } from '@lubdub/core';
import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { exploreApplication } from './explore.ts';
import type { ModuleSettings } from './heartbeat.options.ts';
import { addLiveClient, removeLiveClient } from './live-clients.ts';
import { standIn } from './stand-in.ts';
import { lifecycleToken } from './tokens.ts';

/** What a module's client does while the application starts, runs and ends. */
export class HeartbeatLifecycle
  implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly name: string;
  readonly client: HeartbeatClient;
  readonly #settings: ModuleSettings;
  readonly #modules: ModulesContainer;
  #liveness: Liveness | undefined;

  constructor(
    name: string,
    client: HeartbeatClient,
    settings: ModuleSettings,
    modules: ModulesContainer,
  ) {
    this.name = name;
    this.client = client;
    this.#settings = settings;
    this.#modules = modules;
    // Nest runs hooks by distance, and backwards at shutdown: whatever the import order, the scheduler finds our methods
    // monitored, and queues have finished their jobs when we flush.
    for (const module of modules.values()) {
      if (module.providers.has(lifecycleToken(name))) module.distance = Number.POSITIVE_INFINITY;
    }
  }

  onModuleInit(): void {
    exploreApplication({
      modules: this.#modules,
      name: this.name,
      client: this.client,
      monitorScheduled: this.#settings.monitorScheduled,
    });
    addLiveClient(this.name, this.client);
  }

  onApplicationBootstrap(): void {
    const { liveness } = this.#settings;
    if (liveness === undefined) return;
    const { key, ...options } = liveness;
    this.#liveness = standIn(this.client).every?.(key, options);
  }

  async onApplicationShutdown(): Promise<void> {
    const { drainTimeoutMs, flushTimeoutMs } = this.#settings;
    const client = standIn(this.client);
    await client.drain?.(drainTimeoutMs);
    this.#liveness?.stop();
    await client.flush?.(flushTimeoutMs);
    removeLiveClient(this.name, this.client);
  }
}
