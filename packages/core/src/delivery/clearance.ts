import type { Clock } from '../clock.ts';
import type { Provider, RateLimit } from '../providers/provider.ts';
import type { ChainQueue } from './chain-queue.ts';
import type { Chain, Entry } from './entry.ts';
import { longestWaitMs, PacingWindow } from './pacing.ts';
import type { Settlement } from './settlement.ts';
import { declarationOf, type TargetStore } from './targets.ts';
import { verdictOn } from './verdict.ts';

/** What clearance decides about a chain: `leave`; `later`, it was put where it waits; or all of the provider waits. */
export type Permission = 'leave' | 'later' | { readonly waitMs: number };

/** What clearance is made of. */
export interface ClearanceParts {
  readonly provider: Provider;
  readonly clock: Clock;
  readonly queue: ChainQueue;
  readonly targets: TargetStore;
  readonly successTtlMs: number;
  /** Asks the service what it calls a monitor, or waits until one that is held back is let go. */
  readonly lookUp: (key: string) => void;
}

const mostMonitors = 10_000;

/** Says what may leave now: limits of the service, look-ups under way, pings that are overdue, overtaken or stale. */
export class Clearance {
  readonly #parts: ClearanceParts;
  readonly #providerWindows: readonly PacingWindow[];
  readonly #monitorLimits: readonly RateLimit[];
  readonly #monitorWindows = new Map<string, readonly PacingWindow[]>();
  #blockedUntilMs = 0;

  constructor(parts: ClearanceParts) {
    this.#parts = parts;
    const { rateLimits } = parts.provider.capabilities;
    this.#providerWindows = rateLimits
      .filter(({ per }) => per === 'provider')
      .map((limit) => new PacingWindow(limit));
    this.#monitorLimits = rateLimits.filter(({ per }) => per === 'monitor');
  }

  /** Leaves the whole service alone until then. */
  blockUntil(atMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, atMs);
  }

  /** Notes a request with these entries. */
  leaving(entries: readonly Entry[], nowMs: number): void {
    for (const window of this.#providerWindows) window.take(nowMs);
    if (this.#monitorLimits.length === 0) return;
    for (const { ping } of entries) {
      for (const window of this.#windowsOf(ping.key)) window.take(nowMs);
    }
  }

  /** May this chain leave? `joining`: in a request that was cleared already. */
  ask(chain: Chain, nowMs: number, joining: boolean): Permission {
    const { queue } = this.#parts;
    if (!this.#clearHead(chain, nowMs) || !this.#targetKnown(chain, nowMs)) return 'later';
    if (!joining) {
      const paceMs = longestWaitMs(this.#providerWindows, nowMs, chain.urgent);
      const waitMs = Math.max(this.#blockedUntilMs - nowMs, paceMs);
      if (waitMs > 0) return { waitMs };
    }
    if (this.#monitorLimits.length === 0) return 'leave';
    const waitMs = longestWaitMs(this.#windowsOf(chain.key), nowMs, chain.urgent);
    if (waitMs <= 0) return 'leave';
    queue.wait(chain, nowMs + waitMs, 'limited');
    return 'later';
  }

  /** Why an entry must not be sent any more, or undefined. */
  verdict(entry: Entry, nowMs: number): Settlement | undefined {
    const { provider, clock, successTtlMs } = this.#parts;
    const { clientTimestamp } = provider.capabilities;
    return verdictOn(entry, entry.chain, {
      nowMs,
      // nothing is stale where the client's time is taken
      wallMs: clientTimestamp ? 0 : clock.wallMs(),
      clientTimestamp,
      batch: provider.batch !== undefined,
      freshForMs: clientTimestamp
        ? Number.POSITIVE_INFINITY
        : (declarationOf(provider, entry.ping.key).graceMs ?? successTtlMs),
    });
  }

  /** Drops what must not be sent any more from the front; false when nothing is left. */
  #clearHead(chain: Chain, nowMs: number): boolean {
    const { queue } = this.#parts;
    while (queue.tidy(chain)) {
      const entry = chain.entries[0] as Entry;
      const verdict = this.verdict(entry, nowMs);
      if (verdict === undefined) return true;
      queue.remove(entry, verdict);
    }
    return false;
  }

  #targetKnown(chain: Chain, nowMs: number): boolean {
    const { targets, queue, lookUp } = this.#parts;
    if (targets.isHeld(chain.key)) {
      chain.state = 'unresolved';
      lookUp(chain.key);
      return false;
    }
    const target = targets.target(chain.key, nowMs);
    // Marked before the look-up, whose answer rouses what is marked.
    if (target.status === 'unknown') chain.state = 'unresolved';
    if (target.due === true) lookUp(chain.key);
    if (target.status === 'misconfigured') {
      for (const entry of chain.entries) queue.dropped(entry, 'misconfigured');
      queue.tidy(chain);
    }
    return target.status === 'known';
  }

  #windowsOf(key: string): readonly PacingWindow[] {
    let windows = this.#monitorWindows.get(key);
    if (windows === undefined) {
      windows = this.#monitorLimits.map((limit) => new PacingWindow(limit));
      if (this.#monitorWindows.size >= mostMonitors) this.#monitorWindows.clear();
      this.#monitorWindows.set(key, windows);
    }
    return windows;
  }
}
