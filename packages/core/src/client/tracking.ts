import type { Clock, TimerHandle } from '../clock.ts';
import type { Route } from '../delivery/delivery.ts';
import { guarded } from '../delivery/reading.ts';
import { backoffMs, retryAfterMs, type RetryOptions } from '../delivery/retry.ts';
import type {
  Interpretation,
  ProviderRequest,
  ProviderTrack,
  TrackEvent,
} from '../providers/provider.ts';
import type { EventStats } from './stats.ts';
import type { JournalToken } from '../delivery/journal.ts';
import type { ProviderSpool } from '../spool/provider-spool.ts';
import type { EventSink } from '../spool/sinks.ts';
import type { TransportResult } from '../transport/transport.ts';

/** What tracking at one provider needs. */
export interface TrackingParts {
  readonly route: Route;
  readonly track: ProviderTrack;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryOptions;
  /** Keeps events on the disk until they are taken; undefined: memory only. */
  readonly spool: ProviderSpool | undefined;
  readonly onMisconfigured: (provider: string, key: string | undefined, message: string) => void;
}

interface KeptEvent {
  readonly text: string;
  readonly token: JournalToken | undefined;
}

type TrackCounts = { -readonly [Name in keyof EventStats]: number };

/** Batches request analytics events of one provider: by count, by time, bounded, retried with backoff. */
export class Tracking implements EventSink {
  readonly counts: TrackCounts = { sent: 0, dropped: 0, spooled: 0, pending: 0 };
  readonly #parts: TrackingParts;
  #events: KeptEvent[] = [];
  #flying: readonly KeptEvent[] = [];
  #timer: TimerHandle | undefined;
  #sending = false;
  #failures = 0;
  // What is on the wire when somebody flushes must not leave the rest to the timer.
  #hurried = false;
  readonly #idle = new Set<() => void>();

  constructor(parts: TrackingParts) {
    this.#parts = parts;
  }

  /** Takes an event; what cannot be made to fit is dropped and counted, what is over the bound stays on the disk or is too. */
  add(event: TrackEvent): void {
    const { track, clock, spool } = this.#parts;
    const text = track.serialise(event, event.timestampMs ?? clock.wallMs());
    if (text === undefined) {
      this.counts.dropped += 1;
      return;
    }
    const kept = { text, token: spool?.appendEvent(text) };
    if (this.#events.length >= track.maxBufferedEvents) this.#letGo(kept);
    else this.#keep(kept);
  }

  takeStored(text: string, token: JournalToken): boolean {
    if (this.#failures > 0 || this.#events.length >= this.#parts.track.maxEvents * 2) return false;
    this.#keep({ text, token });
    return true;
  }

  dropped(): void {
    this.counts.dropped += 1;
  }

  /** Leaves everything to the disk, where there is a spool. */
  leaveToDisk(): void {
    if (this.#parts.spool?.usable === true) this.abandon();
  }

  /** Leaves what there is to the disk, else drops it. */
  abandon(): void {
    for (const kept of [...this.#flying, ...this.#events]) {
      this.counts.pending -= 1;
      this.#letGo(kept);
    }
    this.#events = [];
    this.#flying = [];
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
  }

  #keep(kept: KeptEvent): void {
    const { track } = this.#parts;
    this.#events.push(kept);
    this.counts.pending += 1;
    if (this.#events.length >= track.maxEvents && this.#failures === 0) this.#send();
    else this.#arm(track.flushIntervalMs);
  }

  #letGo({ token }: KeptEvent): void {
    const { spool } = this.#parts;
    if (token !== undefined && spool?.keep(token) === true) this.counts.spooled += 1;
    else this.counts.dropped += 1;
  }

  /** Sends what there is now. */
  hurry(): void {
    this.#failures = 0;
    this.#hurried = true;
    this.#send();
  }

  /** Calls back when nothing is left. */
  whenIdle(callback: () => void): () => void {
    if (this.counts.pending === 0) callback();
    else this.#idle.add(callback);
    return () => this.#idle.delete(callback);
  }

  get route(): Route {
    return this.#parts.route;
  }

  /** The requests for what is left and not on the wire, for the last moment; it counts as sent. */
  lastRequests(secrets: Readonly<Record<string, string>>): readonly ProviderRequest[] {
    const { track, route } = this.#parts;
    const requests: ProviderRequest[] = [];
    while (this.#events.length > 0) {
      const batch = this.#take();
      this.counts.pending -= batch.length;
      this.counts.sent += batch.length;
      const texts = batch.map(({ text }) => text);
      requests.push(track.toRequest(texts, route.courier.context('', secrets)));
    }
    return requests;
  }

  #take(): readonly KeptEvent[] {
    return this.#events.splice(0, this.#parts.track.maxEvents);
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#sending) return;
    this.#timer = this.#parts.clock.setTimer(() => {
      this.#timer = undefined;
      this.#send();
    }, delayMs);
  }

  #send(): void {
    if (this.#sending || this.#events.length === 0) return;
    const { track, route, clock } = this.#parts;
    if (this.#timer !== undefined) clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#sending = true;
    const batch = this.#take();
    const texts = batch.map(({ text }) => text);
    this.#flying = batch;
    clock.defer(() =>
      route.courier.request(
        (secrets) => track.toRequest(texts, route.courier.context('', secrets)),
        (result) => this.#landed(batch, result),
      ),
    );
  }

  #landed(batch: readonly KeptEvent[], result: TransportResult): void {
    const { track, route, retry, random, clock, spool, onMisconfigured } = this.#parts;
    this.#sending = false;
    // Abandoned meanwhile: it belongs to the disk.
    if (this.#flying !== batch) return;
    this.#flying = [];
    const read = this.#read(result);
    const retryable = read.status === 'unreachable' || read.status === 'rate-limited';
    if (read.misconfigured === true)
      onMisconfigured(route.provider.name, undefined, read.message ?? read.reason ?? read.status);
    if (!retryable) {
      this.counts.pending -= batch.length;
      this.counts[read.status === 'rejected' ? 'dropped' : 'sent'] += batch.length;
      this.#failures = 0;
      for (const { token } of batch) if (token !== undefined) spool?.done(token);
      if (this.counts.pending === 0) this.#drained();
      else if (this.#hurried || this.#events.length >= track.maxEvents) this.#send();
      else this.#arm(track.flushIntervalMs);
      return;
    }
    this.#failures += 1;
    this.#events = [...batch, ...this.#events];
    const over = this.#events.length - track.maxBufferedEvents;
    if (over > 0) {
      for (const kept of this.#events.splice(0, over)) this.#letGo(kept);
      this.counts.pending -= over;
    }
    const header = result.kind === 'response' ? result.headers['retry-after'] : undefined;
    this.#arm(
      Math.max(
        retryAfterMs(header, clock.wallMs(), retry.maxRetryAfterMs) ?? 0,
        backoffMs(this.#failures, retry, random),
      ),
    );
  }

  #read(result: TransportResult): Interpretation {
    if (result.kind === 'response')
      return guarded(() => this.#parts.track.interpret(result), { status: 'unreachable' });
    // What never may be sent is not kept for a better time.
    const never = result.reason === 'address-refused' || (result.reason as string) === 'invalid';
    return { status: never ? 'rejected' : 'unreachable' };
  }

  #drained(): void {
    this.#hurried = false;
    const callbacks = [...this.#idle];
    this.#idle.clear();
    for (const callback of callbacks) callback();
  }
}
