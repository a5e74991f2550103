import type { Outcome, ProviderOutcome } from './outcome.ts';
import type { PingState } from './ping/ping.ts';

/** What events say of a ping. `key` is the user's; a key that is itself a secret is hashed. */
export interface PingSummary {
  readonly id: string;
  readonly key: string;
  readonly state: PingState;
  readonly runId: string | undefined;
  readonly timestampMs: number;
  readonly count: number;
}

/** Every event of a client, by name. Nothing in them holds a configured secret. */
export interface HeartbeatEvents {
  /** A ping was taken into the queue. */
  'ping-queued': { readonly ping: PingSummary };
  /** A provider accepted a ping (or answered in a way that proves nothing: status `unverified`). */
  'ping-sent': { readonly ping: PingSummary; readonly outcome: ProviderOutcome };
  /** An attempt failed and will be made again after `delayMs`. */
  'ping-retried': {
    readonly ping: PingSummary;
    readonly provider: string;
    readonly reason: string;
    readonly attempts: number;
    readonly delayMs: number;
  };
  /** A ping was never sent, or given up: status dropped, coalesced or spooled, see its reason. */
  'ping-dropped': { readonly ping: PingSummary; readonly outcome: ProviderOutcome };
  /** A service said no for good, or could not be reached before the deadline. */
  'ping-failed': { readonly ping: PingSummary; readonly outcome: ProviderOutcome };
  /** A ping has its outcome at every provider. Only for pings whose outcome somebody waits for. */
  'ping-settled': { readonly ping: PingSummary; readonly outcome: Outcome };
  /** A run began. */
  'run-started': { readonly key: string; readonly runId: string };
  /** A run ended; `status` as the run's. */
  'run-ended': {
    readonly key: string;
    readonly runId: string;
    readonly status: string;
    readonly durationMs: number;
  };
  /** Something is configured wrong that only the service could know; once per provider, key and reason. */
  misconfigured: {
    readonly provider: string;
    readonly key: string | undefined;
    readonly message: string;
  };
  /** A service is not asked for a while. */
  'breaker-opened': { readonly origin: string; readonly retryInMs: number };
  /** The service answers again. */
  'breaker-closed': { readonly origin: string };
}

/** The name of an event. */
export type HeartbeatEventName = keyof HeartbeatEvents;

/** A listener; what it throws is ignored. */
export type HeartbeatListener<Name extends HeartbeatEventName> = (
  event: HeartbeatEvents[Name],
) => void;

/** Sends events to listeners; costs one look-up where nobody listens. */
export class EventHub {
  readonly #listeners = new Map<HeartbeatEventName, Set<(event: never) => void>>();

  /** Adds a listener; returns the function that removes it. */
  on<Name extends HeartbeatEventName>(name: Name, listener: HeartbeatListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners)
        this.#listeners.delete(name);
    };
  }

  /** True when somebody listens: ask before building an event on a hot path. */
  has(name: HeartbeatEventName): boolean {
    return this.#listeners.has(name);
  }

  /** Calls the listeners; one that throws stops nobody. */
  emit<Name extends HeartbeatEventName>(name: Name, event: HeartbeatEvents[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      try {
        (listener as (event: HeartbeatEvents[Name]) => void)(event);
      } catch {
        // A listener's fault is not the job's.
      }
    }
  }
}
