import type { Clock } from '../clock.ts';
import type { PingRecord } from '../ping/record.ts';
import type { Provider } from '../providers/provider.ts';
import { Alarm } from './alarm.ts';
import type { Breaker } from './breaker.ts';
import { ChainQueue, type QueueOptions } from './chain-queue.ts';
import { Clearance } from './clearance.ts';
import type { Courier } from './courier.ts';
import type { Chain, Entry, Ticket } from './entry.ts';
import { load } from './loading.ts';
import type { Attempt } from './reading.ts';
import { backoffMs, type RetryOptions } from './retry.ts';
import type { Journal, JournalToken } from './journal.ts';
import type { Settlement } from './settlement.ts';
import { ageOf, startOvertaken } from './verdict.ts';

/** What a lane is made of. */
export interface LaneParts {
  readonly provider: Provider;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly random: () => number;
  readonly breaker: Breaker;
  readonly retry: RetryOptions;
  readonly queue: QueueOptions;
  /** Most requests on the wire at once. */
  readonly concurrency: number;
  /** A success that waited longer is not sent to a service that would take it for fresh, unless the monitor declares a grace. */
  readonly successTtlMs: number;
  /** Keeps what is not delivered yet on the disk; undefined: memory only. */
  readonly journal: Journal | undefined;
  readonly settle: (entry: Entry, settlement: Settlement) => void;
  readonly onRetry: (entry: Entry, reason: string, delayMs: number) => void;
  readonly onBreaker: (change: 'opened' | 'closed', retryInMs: number) => void;
}

const mostStored = 1_000;

/**
 * One provider's way out: its own queue, pacing and breaker, so that a slow service holds no other up. Decides what leaves
 * when; the courier makes the attempt.
 */
export class Lane {
  readonly provider: Provider;
  readonly queue: ChainQueue;
  requests = 0;
  retries = 0;
  readonly #parts: LaneParts;
  readonly #clearance: Clearance;
  readonly #alarm: Alarm;
  readonly #idle = new Set<() => void>();
  #onWire = 0;
  #batchLimit = Number.POSITIVE_INFINITY;
  #scheduled = false;
  readonly #pumpSoon = (): void => {
    this.#scheduled = false;
    this.#pump();
  };

  constructor(parts: LaneParts) {
    const { provider, clock, courier, successTtlMs } = parts;
    this.#parts = parts;
    this.provider = provider;
    this.#alarm = new Alarm(clock, () => this.#pump());
    this.queue = new ChainQueue(
      parts.queue,
      provider.capabilities.clientTimestamp,
      (entry, settlement) => this.#settled(entry, settlement),
      (entry) => {
        if (entry.token !== undefined) parts.journal?.replace(entry.token, entry.ping);
      },
    );
    this.#clearance = new Clearance({
      provider,
      clock,
      queue: this.queue,
      targets: courier.targets,
      successTtlMs,
      lookUp: (key) => this.#lookUp(key),
    });
  }

  get breaker(): Breaker {
    return this.#parts.breaker;
  }

  /** Takes a ping; nothing is sent before the caller has returned. */
  enqueue(ping: PingRecord, ticket: Ticket | undefined, deadlineMs: number | undefined): Entry {
    const { clock, retry, journal } = this.#parts;
    const nowMs = clock.monotonicMs();
    const untilMs = nowMs + (deadlineMs ?? retry.deadlineMs);
    const token = journal === undefined ? undefined : journal.append(ping);
    const entry = this.queue.add(ping, ticket, nowMs, untilMs, token);
    if (ticket !== undefined && deadlineMs !== undefined)
      entry.expiry = clock.setTimer(() => this.#expire(entry), deadlineMs);
    const { lingerMs = 0, maxPings = 0 } = this.provider.batch ?? {};
    // A batch that is not full yet waits a moment for company.
    const waits = ticket === undefined && ping.state !== 'fail' && this.queue.pings < maxPings;
    if (waits && lingerMs > 0) this.#alarm.by(nowMs + lingerMs, nowMs);
    else this.#schedule();
    return entry;
  }

  /** True when pings from the disk may come: few wait, and the service is not known to be down. */
  hasRoom(): boolean {
    return this.queue.pings < mostStored && this.breaker.state !== 'open';
  }

  /** Takes a ping from the disk. */
  takeStored(ping: PingRecord, token: JournalToken): void {
    const { clock, retry } = this.#parts;
    const nowMs = clock.monotonicMs();
    const enqueuedMs = nowMs - ageOf(ping, clock.wallMs());
    this.queue.addStored(ping, token, enqueuedMs, nowMs + retry.deadlineMs);
    this.#schedule();
  }

  /** Tries everything that waits for a retry now, and the breaker's probe. */
  hurry(): void {
    this.queue.hurry();
    this.#parts.breaker.hurry(this.#parts.clock.monotonicMs());
    this.#schedule();
  }

  /** Calls back when nothing is pending; at once when that is so. Returns the function that stops waiting. */
  whenIdle(callback: () => void): () => void {
    if (this.queue.pings === 0) callback();
    else this.#idle.add(callback);
    return () => this.#idle.delete(callback);
  }

  /** True when an entry is neither overdue, overtaken nor stale; else it is dropped. */
  mayStillLeave(entry: Entry, nowMs: number): boolean {
    const verdict = this.#clearance.verdict(entry, nowMs);
    if (verdict !== undefined) this.queue.remove(entry, verdict);
    return verdict === undefined;
  }

  /** Gives everybody who awaits an outcome one, since the process will not wait any longer; the pings stay on their way. */
  giveUpAwaited(): void {
    for (const chain of this.queue.chains.values()) {
      for (const entry of chain.entries) entry.release(this.provider.name, 'exit-budget');
    }
  }

  /** Drops everything that is left. */
  abandon(reason: 'closed' | 'exit-budget'): void {
    for (const chain of this.queue.chains.values()) {
      for (const entry of chain.entries) this.queue.dropped(entry, reason);
    }
    this.queue.chains.clear();
    this.#alarm.stop();
  }

  /** Another process has taken records over: what is not on the wire is its. */
  #surrender(): void {
    const { journal } = this.#parts;
    for (const chain of [...this.queue.chains.values()]) {
      for (const entry of chain.entries) {
        if (!entry.flying && entry.token !== undefined && journal?.lost(entry.token) === true)
          this.queue.remove(entry, { status: 'spooled', reason: 'taken-over' });
      }
      if (chain.state !== 'flying') this.queue.tidy(chain);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.clock.defer(this.#pumpSoon);
  }

  #pump(): void {
    const { clock, breaker, concurrency } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (this.#parts.journal?.holds() === false) this.#surrender();
    this.queue.squeeze();
    this.queue.release(nowMs);
    while (this.queue.hasReady && this.#onWire < Math.min(concurrency, breaker.allowance(nowMs))) {
      const { entries, waitMs } = load(
        this.queue,
        this.#clearance,
        this.provider,
        this.#batchLimit,
        nowMs,
      );
      if (entries.length > 0) this.#send(entries, nowMs);
      if (waitMs !== undefined) this.#alarm.by(nowMs + waitMs, nowMs);
      if (waitMs !== undefined || entries.length === 0) break;
    }
    const dueMs = this.queue.nextDueMs;
    if (dueMs !== undefined) this.#alarm.by(dueMs, nowMs);
    // A probe that is due but has to wait for older requests needs no alarm: their landing pumps.
    if (breaker.state === 'open' && breaker.retryAtMs > nowMs && this.queue.hasReady)
      this.#alarm.by(breaker.retryAtMs, nowMs);
  }

  #send(entries: readonly Entry[], nowMs: number): void {
    const { breaker, courier, clock } = this.#parts;
    const probe = breaker.sending();
    this.#onWire += 1;
    this.requests += 1;
    this.#clearance.leaving(entries, nowMs);
    for (const entry of entries) {
      entry.attempts += 1;
      entry.flying = true;
      this.queue.flying += 1;
      if (!probe) entry.countedAttempts += 1;
      if (entry.ping.state === 'start') this.queue.startLeft(entry.ping.runId);
    }
    const { minIntervalMs = 0 } = this.provider.batch ?? {};
    if (minIntervalMs > 0) this.#clearance.blockUntil(nowMs + minIntervalMs);
    courier.carry(entries, (attempt) => {
      this.#onWire -= 1;
      this.#landed(entries, attempt, clock.monotonicMs());
      this.#pump();
    });
  }

  #landed(entries: readonly Entry[], attempt: Attempt, nowMs: number): void {
    const { breaker, onBreaker } = this.#parts;
    for (const entry of entries) entry.flying = false;
    this.queue.flying -= entries.length;
    const change = breaker.landed(attempt.reached, nowMs);
    if (change !== undefined) onBreaker(change, Math.max(breaker.retryAtMs - nowMs, 0));
    if (attempt.tooLarge) {
      this.#batchLimit = Math.max(1, Math.floor(entries.length / 2));
      for (const entry of entries) entry.countedAttempts -= 1;
      for (const chain of new Set(entries.map((entry) => entry.chain)))
        this.#resume(chain, 0, nowMs);
      return;
    }
    if (attempt.reached === true && Number.isFinite(this.#batchLimit)) this.#batchLimit *= 2;
    if (attempt.blockMs !== undefined) this.#clearance.blockUntil(nowMs + attempt.blockMs);
    let waitMs = 0;
    entries.forEach((entry, index) => {
      waitMs = Math.max(waitMs, this.#conclude(entry, attempt, index, nowMs));
      // The entries of a chain lie side by side; the last of them sends it on.
      if (entries[index + 1]?.chain === entry.chain) return;
      this.#resume(entry.chain, waitMs, nowMs);
      waitMs = 0;
    });
  }

  /** Settles an entry, or returns how long to wait before it is tried again. */
  #conclude(entry: Entry, attempt: Attempt, index: number, nowMs: number): number {
    const { retry, random, breaker, onRetry } = this.#parts;
    const { settlement, retryable } = attempt.settlements[index] as Attempt['settlements'][number];
    const again = retryable && entry.countedAttempts < retry.maxAttempts;
    const ownMs = again && breaker.state !== 'open' ? backoffMs(entry.attempts, retry, random) : 0;
    const waitMs = Math.max(attempt.retryAfterMs ?? 0, ownMs);
    if (!again || nowMs + waitMs >= entry.deadlineMs) {
      this.queue.remove(entry, settlement);
      return 0;
    }
    this.retries += 1;
    onRetry(entry, settlement.reason ?? settlement.status, waitMs);
    return waitMs;
  }

  /** Puts a chain back after its request: to be sent on at once, or after a wait. */
  #resume(chain: Chain, waitMs: number, nowMs: number): void {
    if (!this.queue.tidy(chain)) return;
    chain.urgent = chain.entries.some(({ ping, settled }) => !settled && ping.state === 'fail');
    const overtaken = this.provider.batch === undefined && startOvertaken(chain);
    if (waitMs <= 0 || overtaken) this.queue.ready(chain, true);
    else this.queue.wait(chain, nowMs + waitMs, 'waiting');
  }

  #expire(entry: Entry): void {
    if (entry.settled) return;
    this.queue.remove(entry, {
      status: entry.attempts === 0 ? 'dropped' : 'unreachable',
      reason: 'deadline',
    });
    if (entry.chain.state !== 'flying') this.queue.tidy(entry.chain);
  }

  #lookUp(key: string): void {
    this.#parts.courier.lookUp(key, () => {
      this.queue.resolved(key);
      this.#schedule();
    });
  }

  #settled(entry: Entry, settlement: Settlement): void {
    const { journal, settle, clock } = this.#parts;
    const { token, expiry } = entry;
    if (expiry !== undefined) clock.clearTimer(expiry);
    entry.settlement =
      token === undefined ? settlement : (journal as Journal).settled(token, settlement);
    settle(entry, entry.settlement);
    if (this.queue.pings > 0) return;
    journal?.drained();
    if (this.queue.pings > 0 || this.#idle.size === 0) return;
    const callbacks = [...this.#idle];
    this.#idle.clear();
    for (const callback of callbacks) callback();
  }
}
