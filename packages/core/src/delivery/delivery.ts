import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import type { EventHub } from '../events.ts';
import type { DropReason } from '../outcome.ts';
import type { PingRecord } from '../ping/record.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Provider } from '../providers/provider.ts';
import type { Transport } from '../transport/transport.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { Courier } from './courier.ts';
import type { Entry, Ticket } from './entry.ts';
import type { Journal } from './journal.ts';
import { Lane } from './lane.ts';
import type { LaneStats } from './lane-stats.ts';
import type { QueueOptions } from './chain-queue.ts';
import type { RetryOptions } from './retry.ts';
import { SecretTargets } from './secret-targets.ts';
import { type ReadFile, SecretStore } from './secrets.ts';
import { type DeliveryObserver, Settler, shownKey, summarise } from './settlement.ts';
import type { Surroundings } from './targets.ts';

/** What delivery is made of. */
export interface DeliveryParts {
  readonly providers: readonly Provider[];
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventHub;
  readonly redactor: Redactor;
  readonly observer: DeliveryObserver;
  readonly readFile: ReadFile;
  readonly around: Surroundings;
  readonly retry: RetryOptions;
  readonly breaker: BreakerOptions;
  readonly queue: QueueOptions;
  readonly concurrency: number;
  readonly successTtlMs: number;
  /** Overrides every provider's own timeout. */
  readonly timeoutMs: number | undefined;
  readonly allowPrivateNetwork: boolean;
  /** What keeps the pings of a provider on the disk. */
  readonly journalOf: (provider: Provider) => Journal | undefined;
  readonly onMisconfigured: (
    provider: string,
    key: string | undefined,
    message: string,
    code?: ErrorCode,
  ) => void;
  readonly onAccepted: (provider: string, key: string) => void;
}

/** A lane with what belongs to it. */
export interface Route {
  readonly provider: Provider;
  readonly lane: Lane;
  readonly courier: Courier;
  readonly secrets: SecretStore;
  readonly settler: Settler;
}

const defaultTimeoutMs = 5_000;

/** Fans a ping out to every provider, each on its own. */
export class Delivery {
  readonly routes: readonly Route[];
  readonly #parts: DeliveryParts;
  readonly #breakers = new Map<string, Breaker>();
  readonly #secretTargets: SecretTargets;
  #taken = 0;
  #over: DropReason | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#secretTargets = new SecretTargets(parts.providers, parts.redactor);
    this.routes = parts.providers.map((provider) => this.#route(provider));
  }

  /** Pings taken since the start. */
  get taken(): number {
    return this.#taken;
  }

  /** Pings that have no outcome yet, over all providers. */
  get pending(): number {
    let pending = 0;
    for (const { lane } of this.routes) pending += lane.queue.pings;
    return pending;
  }

  /** Takes a ping for every provider that knows its state. The hot path: nothing is sent before the caller has returned. */
  enqueue(
    ping: PingRecord,
    ticket?: Ticket,
    deadlineMs?: number,
    takes?: (provider: Provider) => boolean,
  ): void {
    if (this.#over !== undefined) {
      this.refuse(ping, ticket, this.#over);
      return;
    }
    this.#take(ping);
    for (const route of this.routes) {
      if (takes?.(route.provider) === false) route.settler.skip(ping, ticket, 'unsupported');
      else this.#enqueueAt(route, ping, ticket, deadlineMs);
    }
  }

  /** `enqueue` of the end of a run; returns what `outcomeOf` needs: the ping's entry per provider. */
  place(ping: PingRecord, ticket: Ticket | undefined): readonly (Entry | undefined)[] {
    if (this.#over !== undefined) {
      this.refuse(ping, ticket, this.#over);
      return [];
    }
    this.#take(ping);
    return this.routes.map((route) => this.#enqueueAt(route, ping, ticket, undefined));
  }

  #enqueueAt(
    { provider, lane, settler }: Route,
    ping: PingRecord,
    ticket: Ticket | undefined,
    deadlineMs: number | undefined,
  ): Entry | undefined {
    if (provider.capabilities.states.includes(ping.state))
      return lane.enqueue(ping, ticket, deadlineMs);
    settler.skip(ping, ticket, 'unsupported');
    return undefined;
  }

  /** Drops a ping at every provider, counted, for this reason. */
  refuse(ping: PingRecord, ticket: Ticket | undefined, reason: DropReason): void {
    this.#take(ping);
    for (const { settler } of this.routes) settler.skip(ping, ticket, reason);
  }

  /** Tells what became of a ping that is settled, or becomes of one that is not. */
  outcomeOf(ping: PingRecord, placed: readonly (Entry | undefined)[], ticket: Ticket): void {
    this.routes.forEach(({ settler }, index) => {
      const entry = placed[index];
      const reason = this.#over !== undefined && placed.length === 0 ? this.#over : 'unsupported';
      if (entry === undefined)
        ticket.report(settler.outcome({ ping, attempts: 0 }, { status: 'dropped', reason }));
      else if (entry.settlement === undefined) entry.ticket = ticket;
      else ticket.report(settler.outcome(entry, entry.settlement));
    });
  }

  /** A key as events show it. */
  shown(key: string): string {
    this.#secretTargets.see(key);
    return shownKey(key, this.#parts.redactor);
  }

  #take(ping: PingRecord): void {
    this.#taken += 1;
    this.#secretTargets.see(ping.key);
    const { events, observer, redactor } = this.#parts;
    if (events.has('ping-queued')) events.emit('ping-queued', { ping: summarise(ping, redactor) });
    if (observer.active) observer.ping(summarise(ping, redactor));
  }

  /** Resolves true when nothing is pending, false after `timeoutMs`. Whatever waits for a retry is tried at once. */
  flush(timeoutMs: number): Promise<boolean> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      let busy = this.routes.length;
      const undo: (() => void)[] = [];
      const finish = (complete: boolean): void => {
        clock.clearTimer(timer);
        for (const cancel of undo) cancel();
        resolve(complete);
      };
      // Held: somebody awaits this promise, and sockets do not keep the process alive.
      const timer = clock.setTimer(() => finish(false), timeoutMs, true);
      if (busy === 0) finish(true);
      for (const { lane } of this.routes) {
        lane.hurry();
        undo.push(
          lane.whenIdle(() => {
            busy -= 1;
            if (busy === 0) finish(true);
          }),
        );
      }
    });
  }

  /** Drops what is left, and whatever comes later, and lets go of connections. */
  abandon(reason: 'closed' | 'exit-budget'): void {
    this.#over = reason;
    for (const { lane } of this.routes) lane.abandon(reason);
    this.#parts.transport.close();
  }

  stats(): readonly LaneStats[] {
    return this.routes.map(({ provider, lane, settler }) => ({
      provider: provider.name,
      outcomes: { ...settler.outcomes },
      dropped: { ...settler.dropped },
      requests: lane.requests,
      retries: lane.retries,
      pending: lane.queue.pings,
      pendingBytes: lane.queue.bytes,
      breaker: lane.breaker.state,
    }));
  }

  #route(provider: Provider): Route {
    const {
      clock,
      random,
      retry,
      queue,
      concurrency,
      successTtlMs,
      events,
      redactor,
      observer,
      transport,
      around,
    } = this.#parts;
    const settler = new Settler(provider, events, redactor, observer);
    const secrets = new SecretStore(provider, redactor, this.#parts.readFile);
    const courier = new Courier({
      provider,
      transport,
      clock,
      secrets,
      retry,
      around: { ...around, environment: around.environment ?? provider.environment },
      timeoutMs: this.#parts.timeoutMs ?? provider.defaultTimeoutMs ?? defaultTimeoutMs,
      allowPrivateNetwork: this.#parts.allowPrivateNetwork || provider.allowPrivateNetwork === true,
      onMisconfigured: (key, message, code) =>
        this.#parts.onMisconfigured(provider.name, key, message, code),
      onAccepted: (key) => this.#parts.onAccepted(provider.name, key),
    });
    const origin = new URL(provider.origins[0] ?? 'http://localhost').origin;
    const lane = new Lane({
      provider,
      courier,
      clock,
      random,
      retry,
      queue,
      concurrency,
      successTtlMs,
      journal: this.#parts.journalOf(provider),
      breaker: this.#breakerOf(origin),
      settle: (entry, settlement) => settler.settle(entry, settlement),
      onRetry: (entry, reason, delayMs) => {
        if (!events.has('ping-retried')) return;
        const ping = summarise(entry.ping, redactor);
        events.emit('ping-retried', {
          ping,
          provider: provider.name,
          reason,
          attempts: entry.attempts,
          delayMs,
        });
      },
      onBreaker: (change, retryInMs) => {
        if (change === 'opened') events.emit('breaker-opened', { origin, retryInMs });
        else events.emit('breaker-closed', { origin });
      },
    });
    return { provider, lane, courier, secrets, settler };
  }

  #breakerOf(origin: string): Breaker {
    const known = this.#breakers.get(origin);
    if (known !== undefined) return known;
    const made = new Breaker(this.#parts.breaker, this.#parts.random);
    this.#breakers.set(origin, made);
    return made;
  }
}
