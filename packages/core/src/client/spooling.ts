import type { Clock } from '../clock.ts';
import type { Delivery, Route } from '../delivery/delivery.ts';
import type { Journal } from '../delivery/journal.ts';
import type { LaneStats } from '../delivery/lane-stats.ts';
import type { Logger } from '../logger.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Platform } from '../platform/platform.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProviderSpool } from '../spool/provider-spool.ts';
import type { ProviderStats } from './stats.ts';
import type { HeartbeatOptions } from './options.ts';
import type { Tracking } from './tracking.ts';

/** Options of `spool`. */
export interface SpoolOptions {
  /** A folder of its own, made when it is missing (mode 0700); several processes may share it. */
  readonly directory: string;
  /** Most bytes on the disk for each provider, 1,048,576 or more. Default 67,108,864. */
  readonly maxBytes?: number | undefined;
  /** Longest that something waits for its write, milliseconds, 0 to 60,000: what a `kill -9` may lose. Default 100. */
  readonly flushMs?: number | undefined;
}

/** What spooling needs. */
export interface SpoolingParts {
  readonly providers: readonly Provider[];
  readonly options: Pick<HeartbeatOptions, 'spool'>;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly logger: Logger;
}

const ownFolder = { directory: undefined, maxBytes: 5_242_880, flushMs: 1_000 };

const settingsOf = (
  provider: Provider,
  options: HeartbeatOptions['spool'],
): { directory: string | undefined; maxBytes: number; flushMs: number } | undefined => {
  if (options === false) return undefined;
  if (options === undefined) return provider.spoolByDefault === true ? ownFolder : undefined;
  const { directory, maxBytes = 67_108_864, flushMs = 100 } = options;
  return { directory, maxBytes, flushMs };
};

/** The spools of a client's providers. Without any, every method is free. */
export class Spooling {
  readonly #spools = new Map<Provider, ProviderSpool>();

  constructor(parts: SpoolingParts) {
    const { providers, options, platform, clock, redactor, logger } = parts;
    const warned = new Set<string>();
    const warn = (message: string): void => {
      if (!warned.has(message)) logger.warn(message);
      warned.add(message);
    };
    providers.forEach((provider, at) => {
      const settings = settingsOf(provider, options.spool);
      if (settings === undefined || platform.openSpool === undefined) return;
      const index = providers
        .slice(0, at)
        .filter(
          ({ name, origins }) => name === provider.name && origins[0] === provider.origins[0],
        ).length;
      this.#spools.set(
        provider,
        platform.openSpool({ ...settings, provider, index, clock, redactor, warn }),
      );
    });
  }

  /** True when there is a spool at all. */
  get active(): boolean {
    return this.#spools.size > 0;
  }

  /** What keeps a provider's pings; undefined: nothing. */
  journalOf(provider: Provider): Journal | undefined {
    return this.#spools.get(provider);
  }

  /** What keeps a provider's events; undefined: nothing. */
  spoolOf(provider: Provider): ProviderSpool | undefined {
    return this.#spools.get(provider);
  }

  /** Takes over what earlier processes left. */
  start(routes: readonly Route[], tracking: readonly Tracking[]): void {
    for (const { provider, lane, settler } of routes) {
      this.#spools.get(provider)?.start(
        {
          hasRoom: () => lane.hasRoom(),
          takeStored: (ping, token) => lane.takeStored(ping, token),
          dropped: (ping) => settler.skip(ping, undefined, 'spool-full'),
        },
        tracking.find(({ route }) => route.provider === provider),
      );
    }
  }

  /** Notes an open run at every provider that can be told of its loss; returns what notes its end. */
  openRun(key: string, runId: () => string): (() => void) | undefined {
    const ends: (() => void)[] = [];
    for (const [provider, spool] of this.#spools) {
      if (!provider.capabilities.states.includes('fail')) continue;
      const token = spool.openRun(key, runId);
      if (token !== undefined) ends.push(() => spool.done(token));
    }
    return ends.length === 0 ? undefined : () => ends.forEach((end) => end());
  }

  /** Writes everything before it returns. */
  flushNow(): void {
    for (const spool of this.#spools.values()) spool.flushNow();
  }

  /** Writes everything and leaves it to the next process. */
  close(): void {
    for (const spool of this.#spools.values()) spool.close();
  }

  /** The counters of delivery with those of the disk and of request analytics. */
  withStats(delivery: Delivery, tracking: readonly Tracking[]): readonly ProviderStats[] {
    const all = delivery.stats();
    return delivery.routes.map((route, index) => {
      const counts = tracking.find((one) => one.route === route)?.counts;
      return {
        ...(all[index] as LaneStats),
        spool: this.#spools.get(route.provider)?.stats(),
        ...(counts === undefined ? {} : { events: { ...counts } }),
      };
    });
  }
}
