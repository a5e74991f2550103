import type { Clock } from '../clock.ts';
import type { Journal, JournalToken } from '../delivery/journal.ts';
import type { Settlement } from '../delivery/settlement.ts';
import { PingRecord } from '../ping/record.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Provider } from '../providers/provider.ts';
import type { RecordLine, RunLine } from './format.ts';
import { EventItem, type LineMaker, lyingAt, PingItem, pingOf, RunItem } from './items.ts';
import { type Digest, KeyNames } from './key-names.ts';
import type { EventSink, PingSink } from './sinks.ts';
import type { SpoolFolder } from './spool-folder.ts';
import type { SpoolToken } from './spool-item.ts';
import { Spool, type SpoolParts, type SpoolReceiver, type SpoolStats } from './spool.ts';

/** What the spool of one provider needs. */
export interface ProviderSpoolParts extends SpoolParts {
  readonly provider: Provider;
  readonly redactor: Redactor;
  readonly digest: Digest;
}

type Answer = ReturnType<SpoolReceiver['receive']>;

/** Reasons for giving a ping up that do not matter when it is on the disk. */
const passing: ReadonlySet<string | undefined> = new Set([
  'queue-full',
  'deadline',
  'closed',
  'exit-budget',
]);

const isPassing = ({ status, reason }: Settlement): boolean =>
  status === 'unreachable' ||
  status === 'rate-limited' ||
  (status === 'dropped' && passing.has(reason));

/** Keeps pings, open runs and events of one provider on the disk, and gives back what earlier processes left. */
export class ProviderSpool implements Journal {
  readonly provider: Provider;
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #maker: LineMaker;
  #pings: PingSink | undefined;
  #events: EventSink | undefined;
  readonly #secretKeys: boolean;
  #nudged = false;
  #leaving = false;

  constructor(parts: ProviderSpoolParts) {
    const { provider, redactor, digest } = parts;
    const { targetIsSecret = false, monitors = {} } = provider;
    this.provider = provider;
    this.#secretKeys = targetIsSecret !== false;
    this.#clock = parts.clock;
    this.#spool = new Spool(parts);
    const declared = (key: string): boolean => {
      const entry = Object.hasOwn(monitors, key) ? monitors[key] : undefined;
      return (typeof entry === 'string' ? entry : entry?.id) !== undefined;
    };
    const isSecret = (key: string): boolean =>
      (!declared(key) &&
        provider.resolve?.needed(key) !== true &&
        (typeof targetIsSecret === 'function' ? targetIsSecret(key) : targetIsSecret)) ||
      redactor.text(key) !== key;
    const names = new KeyNames(
      digest,
      isSecret,
      () => this.#spool.reconsider(),
      Object.keys(monitors),
    );
    this.#maker = { names, redactor };
  }

  get usable(): boolean {
    return this.#spool.usable;
  }

  stats(): SpoolStats {
    return this.#spool.stats();
  }

  /** Hands what earlier processes left on to where it leaves from. */
  start(pings: PingSink, events: EventSink | undefined): void {
    this.#pings = pings;
    this.#events = events;
    this.#spool.start({
      receive: (line, folder, diedMs) => this.#receive(line, folder, diedMs),
      dropped: (line) => this.#dropped(line),
    });
  }

  append(ping: PingRecord): JournalToken | undefined {
    if (!this.#spool.usable) return undefined;
    if (this.#secretKeys) this.#maker.names.learn(ping.key);
    const item = new PingItem(ping, this.#maker);
    this.#spool.append(item);
    return item;
  }

  replace(token: JournalToken, ping: PingRecord): void {
    const item = token as PingItem;
    item.ping = ping;
    item.folder.rewrite(item);
  }

  settled(token: JournalToken, settlement: Settlement): Settlement {
    const { folder, seq } = token as SpoolToken;
    if (isPassing(settlement) && folder.keep(seq))
      return { ...settlement, status: 'spooled', reason: settlement.reason };
    folder.acknowledge(seq);
    this.#nudge();
    return settlement;
  }

  drained(): void {
    if (!this.#leaving && this.#spool.hasStored) this.#spool.feed();
  }

  holds(): boolean {
    return !this.#spool.usable || this.#spool.holds();
  }

  lost(token: JournalToken): boolean {
    return (token as SpoolToken).folder.lost;
  }

  /** Notes an open run; `runId` is asked only when it is written. */
  openRun(key: string, runId: () => string): JournalToken | undefined {
    if (!this.#spool.usable) return undefined;
    if (this.#secretKeys) this.#maker.names.learn(key);
    const item = new RunItem(key, runId, this.#clock.wallMs(), this.#maker);
    this.#spool.append(item);
    return item;
  }

  /** Notes an event. */
  appendEvent(event: string): JournalToken | undefined {
    if (!this.#spool.usable) return undefined;
    const item = new EventItem(event, this.#maker.redactor);
    this.#spool.append(item);
    return item;
  }

  /** A record is not needed any more. */
  done(token: JournalToken): void {
    const { folder, seq } = token as SpoolToken;
    folder.acknowledge(seq);
    this.#nudge();
  }

  /** Leaves a record to the disk; false when it is not safe there. */
  keep(token: JournalToken): boolean {
    const { folder, seq } = token as SpoolToken;
    return folder.keep(seq);
  }

  /** Writes everything before it returns, and gives nothing out any more: the client leaves. False when that was not possible. */
  flushNow(): boolean {
    this.#leaving = true;
    return this.#spool.flushNow();
  }

  close(): void {
    this.#spool.close();
  }

  /** There may be room for what is only on the disk. */
  #nudge(): void {
    if (this.#nudged || this.#leaving || !this.#spool.hasStored) return;
    this.#nudged = true;
    this.#clock.defer(() => {
      this.#nudged = false;
      if (!this.#leaving) this.#spool.feed();
    });
  }

  #receive(line: RecordLine, folder: SpoolFolder, diedMs: number | undefined): Answer {
    const { names, redactor } = this.#maker;
    if (line.t === 'e') {
      if (this.#events === undefined) return 'unknown';
      const event = lyingAt(new EventItem(line.v, redactor), folder, line.n);
      return this.#events.takeStored(line.v, event) ? 'taken' : 'later';
    }
    const key = names.keyOf(line);
    if (key === undefined) return 'unknown';
    if (this.#pings?.hasRoom() !== true) return 'later';
    const ping = line.t === 'r' ? pingOf(line, key) : this.#lostRun(line, key, diedMs ?? line.w);
    const item = lyingAt(new PingItem(ping, this.#maker), folder, line.n);
    // From now on it is a ping that waits, under the same id whenever it is told.
    if (line.t === 'o') folder.rewrite(item);
    this.#pings.takeStored(ping, item);
    return 'taken';
  }

  /** The process of a run is gone: told as failed, at the time when it was last heard of. */
  #lostRun(line: RunLine, key: string, diedMs: number): PingRecord {
    const wallMs = Math.max(line.w, Math.min(diedMs, this.#clock.wallMs()));
    const content = { runId: line.r, reason: 'process-lost' };
    return new PingRecord(key, 'fail', wallMs, content, line.i);
  }

  #dropped(line: RecordLine): void {
    if (line.t === 'r') this.#pings?.dropped(pingOf(line, line.k ?? line.h ?? ''));
    else if (line.t === 'e') this.#events?.dropped();
  }
}
