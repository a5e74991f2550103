import type { EventHub } from '../events.ts';
import type { DropReason, OutcomeError, OutcomeStatus, ProviderOutcome } from '../outcome.ts';
import type { Redactor } from '../ping/redact.ts';
import type { PingRecord } from '../ping/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { PingSummary } from '../events.ts';
import type { Entry, Ticket } from './entry.ts';

/** The part of an entry that a settlement needs. */
type Settled = Pick<Entry, 'ping' | 'ticket' | 'attempts'>;

/** What became of an entry, before anybody asks for it as an outcome. */
export interface Settlement {
  readonly status: OutcomeStatus;
  readonly reason?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly response?: unknown;
  readonly error?: OutcomeError | undefined;
}

/** Somebody who watches pings and outcomes from outside, for example a diagnostics channel. */
export interface DeliveryObserver {
  readonly active: boolean;
  ping(ping: PingSummary): void;
  outcome(ping: PingSummary, outcome: ProviderOutcome): void;
}

/** A short, stable stand-in for a text that must not be shown. */
export const fingerprint = (text: string): string => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return `key-${(hash >>> 0).toString(16).padStart(8, '0')}`;
};

/** A key as it may be shown: hashed when it is, or holds, a secret. */
export const shownKey = (key: string, redactor: Redactor): string =>
  redactor.text(key) === key ? key : fingerprint(key);

/** What may be told of a ping; a key that is itself the secret is hashed. */
export const summarise = (ping: PingRecord, redactor: Redactor): PingSummary => {
  return {
    id: ping.id,
    key: shownKey(ping.key, redactor),
    state: ping.state,
    runId: ping.runId,
    timestampMs: ping.timestampMs,
    count: ping.count,
  };
};

/** Counts and tells what became of the pings of one provider. */
export class Settler {
  readonly outcomes: Partial<Record<OutcomeStatus, number>> = {};
  readonly dropped: Record<string, number> = {};
  readonly #provider: Provider;
  readonly #events: EventHub;
  readonly #redactor: Redactor;
  readonly #observer: DeliveryObserver;

  constructor(
    provider: Provider,
    events: EventHub,
    redactor: Redactor,
    observer: DeliveryObserver,
  ) {
    this.#provider = provider;
    this.#events = events;
    this.#redactor = redactor;
    this.#observer = observer;
  }

  /** Settles a ping that never entered the queue. */
  skip(ping: PingRecord, ticket: Ticket | undefined, reason: DropReason): void {
    this.settle({ ping, ticket, attempts: 0 }, { status: 'dropped', reason });
  }

  /** Counts an outcome and tells whoever listens or waits; builds it only when somebody does. */
  settle(entry: Settled, settlement: Settlement): void {
    const { status } = settlement;
    this.outcomes[status] = (this.outcomes[status] ?? 0) + 1;
    if (status === 'dropped') {
      const reason = settlement.reason ?? 'unknown';
      this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    }
    const name =
      status === 'accepted' || status === 'unverified'
        ? 'ping-sent'
        : status === 'rejected' || status === 'unreachable' || status === 'rate-limited'
          ? 'ping-failed'
          : 'ping-dropped';
    const heard = this.#events.has(name);
    if (!heard && entry.ticket === undefined && !this.#observer.active) return;
    const outcome = this.outcome(entry, settlement);
    if (heard) this.#events.emit(name, { ping: summarise(entry.ping, this.#redactor), outcome });
    if (this.#observer.active)
      this.#observer.outcome(summarise(entry.ping, this.#redactor), outcome);
    entry.ticket?.report(outcome);
  }

  /** The outcome as it may be shown, secrets masked. */
  outcome(entry: Omit<Settled, 'ticket'>, settlement: Settlement): ProviderOutcome {
    const { error } = settlement;
    return {
      provider: this.#provider.name,
      status: settlement.status,
      reason: settlement.reason,
      attempts: entry.attempts,
      httpStatus: settlement.httpStatus,
      response: this.#redactor.data(settlement.response),
      error:
        error === undefined
          ? undefined
          : {
              statusCode: error.statusCode,
              message: this.#redactor.text(error.message),
              body: this.#redactor.data(error.body),
            },
    };
  }
}
