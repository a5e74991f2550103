import { isTerminal } from '../ping/ping.ts';
import type { PingRecord } from '../ping/record.ts';
import { Chain, Entry, type Ticket } from './entry.ts';
import { DueHeap } from './heap.ts';
import type { JournalToken } from './journal.ts';
import { Lines } from './lines.ts';
import { mergeMonitor, relieve, type Remover } from './merge.ts';
import { Pressure } from './pressure.ts';
import type { DropReason } from '../outcome.ts';
import type { Settlement } from './settlement.ts';

/** Bounds of one provider's queue. */
export interface QueueOptions {
  /** Most pings kept. Default 10,000. From half of it on, ends of runs of one monitor merge, with their count. */
  readonly maxPings: number;
  /** Most memory they may take, bytes (estimated). Default 16,777,216. */
  readonly maxBytes: number;
}

/** The defaults of `queue`. */
export const defaultQueue: QueueOptions = { maxPings: 10_000, maxBytes: 16_777_216 };

const coalesced: Settlement = { status: 'coalesced' };
const mostOpenStarts = 100_000;
const relieveTo = 0.8;

type Waiting = { readonly chain: Chain; readonly dueMs: number };

/**
 * What one provider still has to send, as chains: entries within a chain keep their order, chains with a fail go first.
 * Bounded by count and bytes; what has to go is chosen in `merge.ts`.
 */
export class ChainQueue implements Remover {
  readonly chains: Map<string, Chain> = new Map();
  readonly #options: QueueOptions;
  readonly #perRun: boolean;
  readonly #onMerged: (entry: Entry) => void;
  readonly #settle: (entry: Entry, settlement: Settlement) => void;
  readonly #lines = new Lines((chain) => this.tidy(chain));
  readonly #waiting = new DueHeap<Waiting>();
  readonly #dueOf = new Map<Chain, number>();
  readonly #openStarts = new Set<string>();
  readonly #pressure = new Pressure();
  /** Pings on the wire. */
  flying = 0;
  #pings = 0;
  #bytes = 0;

  /** `perRun`: keep order per run (the service takes the client's time), else per monitor. */
  constructor(
    options: QueueOptions,
    perRun: boolean,
    settle: (entry: Entry, settlement: Settlement) => void,
    onMerged: (entry: Entry) => void,
  ) {
    this.#onMerged = onMerged;
    this.#options = options;
    this.#perRun = perRun;
    this.#settle = settle;
  }

  get pings(): number {
    return this.#pings;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when something could be sent now. */
  get hasReady(): boolean {
    return this.#lines.size > 0;
  }

  /** How many more pings may go on the wire: half of the queue stays there, to be merged when it is full. */
  get roomOnWire(): number {
    return Math.max(1, Math.ceil(this.#options.maxPings / 2) - this.flying);
  }

  /** When the next waiting chain is due (monotonic), or undefined. */
  get nextDueMs(): number | undefined {
    return this.#waiting.nextMs;
  }

  /** Appends a ping to its chain and makes room when the queue is full. */
  add(
    ping: PingRecord,
    ticket: Ticket | undefined,
    nowMs: number,
    deadlineMs: number,
    token?: JournalToken,
  ): Entry {
    const id = this.#perRun && ping.runId !== undefined ? ping.runId : ping.key;
    const known = this.chains.get(id);
    const chain = known ?? new Chain(id, ping.key);
    const entry = new Entry(ping, chain, ticket, nowMs, deadlineMs);
    entry.token = token;
    if (known === undefined) {
      // A list of one: most runs tell one thing, and a push would make room for seventeen.
      chain.entries = [entry];
      this.chains.set(id, chain);
    } else chain.entries.push(entry);
    this.#pings += 1;
    this.#bytes += entry.bytes;
    this.#rouse(chain, ping);
    const { maxPings, maxBytes } = this.#options;
    if (this.#pings * 2 <= maxPings && this.#bytes * 2 <= maxBytes) this.#pressure.ease();
    else this.#pressure.note(entry);
    if (this.#pings > maxPings || this.#bytes > maxBytes) this.#makeRoom();
    return entry;
  }

  /** Merges what came while more than half was full: an end of a run takes the one before along. */
  squeeze(): void {
    this.#pressure.merge(this, this.#thin);
    this.#lines.shorten(this.chains.size * 2 + 1_000);
  }

  /** What is scanned here was paid for by as many pings. */
  readonly #thin = (chain: Chain): void => {
    if (chain.entries.length >= chain.compactAt) {
      chain.entries = chain.entries.filter(({ settled }) => !settled);
      chain.compactAt = Math.max(64, chain.entries.length * 2);
    }
    if (chain.state !== 'flying') this.tidy(chain);
  };

  #rouse(chain: Chain, ping: PingRecord): void {
    const fail = ping.state === 'fail';
    if (chain.state === 'idle') {
      chain.urgent = fail;
      this.ready(chain);
    } else if (fail && !chain.urgent) {
      chain.urgent = true;
      // Behind a retry of something older, or over the limit: the fail goes now, with what must go before it.
      if (chain.state !== 'flying' && chain.state !== 'unresolved') this.ready(chain);
    } else if (
      chain.state === 'waiting' &&
      isTerminal(ping.state) &&
      chain.entries[0]?.ping.state === 'start'
    ) {
      this.ready(chain);
    }
  }

  /** Puts a ping from the disk back, before what happened after it. */
  addStored(ping: PingRecord, token: JournalToken, enqueuedMs: number, deadlineMs: number): void {
    const entry = this.add(ping, undefined, enqueuedMs, deadlineMs, token);
    const { entries } = entry.chain;
    let at = entries.indexOf(entry);
    if (at === -1) return;
    entries.splice(at, 1);
    const later = ({ attempts, ping: other }: Entry): boolean =>
      attempts === 0 && other.timestampMs > ping.timestampMs;
    while (at > 0 && later(entries[at - 1] as Entry)) at -= 1;
    entries.splice(at, 0, entry);
  }

  /** Queues a chain for sending; `first`: before the others of its kind. */
  ready(chain: Chain, first = false): void {
    this.#dueOf.delete(chain);
    chain.state = 'ready';
    this.#lines.add(chain, first);
  }

  /** Keeps a chain until a time (monotonic). */
  wait(chain: Chain, dueMs: number, state: 'waiting' | 'limited'): void {
    chain.state = state;
    this.#dueOf.set(chain, dueMs);
    this.#waiting.push(dueMs, { chain, dueMs });
  }

  /** Makes chains ready whose time has come. Those that waited for a rate limit are merged first. */
  release(nowMs: number): void {
    for (
      let due = this.#waiting.popDue(nowMs);
      due !== undefined;
      due = this.#waiting.popDue(nowMs)
    ) {
      const { chain, dueMs } = due;
      if (this.#dueOf.get(chain) !== dueMs) continue;
      if (chain.state === 'limited') this.#mergeLimited(chain);
      if (this.tidy(chain)) this.ready(chain);
    }
  }

  /** Makes what waited for the service's id of a monitor ready. */
  resolved(key: string): void {
    for (const chain of this.chains.values()) {
      if (chain.key === key && chain.state === 'unresolved') this.ready(chain);
    }
  }

  /** Makes everything that waits for a retry ready at once. */
  hurry(): void {
    for (const chain of this.#dueOf.keys()) if (chain.state === 'waiting') this.ready(chain);
  }

  /** The next chain to send from, fails first. */
  next(): Chain | undefined {
    return this.#lines.next();
  }

  /** Lets go of settled entries; false when the chain is empty and gone. */
  tidy(chain: Chain): boolean {
    const { entries } = chain;
    if (entries.length > 0 && entries[0]?.settled === false) return true;
    let from = 0;
    while (from < entries.length && entries[from]?.settled === true) from += 1;
    if (from < entries.length) {
      entries.splice(0, from);
      return true;
    }
    entries.length = 0;
    chain.state = 'idle';
    chain.urgent = false;
    this.#dueOf.delete(chain);
    if (this.chains.get(chain.id) === chain) this.chains.delete(chain.id);
    return false;
  }

  /** Notes that a start has left, so that the end of its run is not merged away. */
  startLeft(runId: string | undefined): void {
    if (runId === undefined) return;
    this.#openStarts.add(runId);
    if (this.#openStarts.size <= mostOpenStarts) return;
    for (const oldest of this.#openStarts) {
      this.#openStarts.delete(oldest);
      break;
    }
  }

  startSent(entry: Entry): boolean {
    return entry.ping.runId !== undefined && this.#openStarts.has(entry.ping.runId);
  }

  /** Takes an entry out with its outcome; its place in the chain is tidied later. */
  remove(entry: Entry, settlement: Settlement): void {
    if (entry.settled) return;
    entry.settled = true;
    this.#pings -= 1;
    this.#bytes -= entry.bytes;
    if (isTerminal(entry.ping.state) && entry.ping.runId !== undefined)
      this.#openStarts.delete(entry.ping.runId);
    this.#settle(entry, settlement);
  }

  merged(entry: Entry): void {
    this.#onMerged(entry);
  }

  coalesced(entry: Entry): void {
    this.remove(entry, coalesced);
  }

  dropped(entry: Entry, reason: DropReason): void {
    this.remove(entry, { status: 'dropped', reason });
  }

  /** Everything not yet sent, in order, chain by chain; merged first when there is a lot. */
  leftovers(): Entry[][] {
    if (this.#pings > 1_000)
      relieve(this.chains.values(), !this.#perRun, () => this.#pings <= 1_000, this);
    return [...this.chains.values()]
      .map(({ entries }) => entries.filter(({ settled }) => !settled))
      .filter(({ length }) => length > 0);
  }

  #mergeLimited({ key, entries: own }: Chain): void {
    const entries: Entry[] = [];
    if (!this.#perRun) entries.push(...own);
    else
      for (const chain of this.chains.values())
        if (chain.key === key && chain.state === 'limited') entries.push(...chain.entries);
    mergeMonitor(
      entries.filter(({ settled }) => !settled),
      !this.#perRun,
      this,
    );
    this.#compact();
  }

  #makeRoom(): void {
    const { maxPings, maxBytes } = this.#options;
    this.squeeze();
    if (this.#pings <= maxPings && this.#bytes <= maxBytes) return;
    const enough = (): boolean =>
      this.#pings <= maxPings * relieveTo && this.#bytes <= maxBytes * relieveTo;
    relieve(this.chains.values(), !this.#perRun, enough, this);
    this.#compact();
  }

  #compact(): void {
    this.#lines.shorten(this.chains.size * 2);
    for (const chain of this.chains.values()) {
      chain.entries = chain.entries.filter(({ settled }) => !settled);
      if (chain.entries.length === 0 && chain.state !== 'flying') this.tidy(chain);
    }
  }
}
