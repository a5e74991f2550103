import type { HeartbeatClient } from '@lubdub/core';

/** What the indicator says of one service. */
export interface ProviderHealth {
  readonly provider: string;
  /** `open`: it does not answer and is not asked for a while. */
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** Pings that wait. */
  readonly pending: number;
}

/** A health result in the form that `@nestjs/terminus` takes from a function. */
export type HeartbeatHealth = Record<
  string,
  { readonly status: 'up' | 'down'; readonly providers: readonly ProviderHealth[] }
>;

/**
 * Says when pings do not arrive. Provided by the unnamed module, for `@nestjs/terminus` 11 and 12 or any other use:
 * `health.check([() => heartbeatHealth.check()])`.
 */
export class HeartbeatHealthIndicator {
  readonly #client: HeartbeatClient;

  constructor(client: HeartbeatClient) {
    this.#client = client;
  }

  /**
   * `down` while at least one service does not answer, its breaker being open.
   *
   * @param key name in the result. Default `heartbeat`.
   */
  check(key: string = 'heartbeat'): HeartbeatHealth {
    const providers = this.#client
      .stats()
      .providers.map(({ provider, breaker, pending }) => ({ provider, breaker, pending }));
    const failing = providers.some(({ breaker }) => breaker !== 'closed');
    return { [key]: { status: failing ? 'down' : 'up', providers } };
  }
}
