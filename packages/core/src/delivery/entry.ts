import type { TimerHandle } from '../clock.ts';
import type { ProviderOutcome } from '../outcome.ts';
import type { JournalToken } from './journal.ts';
import type { PingRecord } from '../ping/record.ts';
import type { Settlement } from './settlement.ts';

/** Somebody who waits for a ping's outcome. */
export interface Ticket {
  /** Called once per provider. */
  report(outcome: ProviderOutcome): void;
}

/** One ping in one provider's queue. Fields are declared only, so that each is written once: this is the hot path. */
export class Entry {
  declare ping: PingRecord;
  declare readonly chain: Chain;
  declare ticket: Ticket | undefined;
  /** Monotonic time at which it is given up. */
  declare readonly deadlineMs: number;
  declare readonly enqueuedMs: number;
  /** Requests that carried it. */
  declare attempts: number;
  /** Attempts that count towards the limit: probes of a service that is down do not. */
  declare countedAttempts: number;
  declare settled: boolean;
  /** What became of it, for whoever asks afterwards. */
  declare settlement: Settlement | undefined;
  /** On the wire: it must not be merged or dropped now. */
  declare flying: boolean;
  declare bytes: number;
  /** The start of its run, while it is to be merged. */
  declare start: Entry | undefined;
  /** What gives it up early, where somebody waits. */
  declare expiry: TimerHandle | undefined;
  /** Where it lies on the disk, when there is a spool. */
  declare token: JournalToken | undefined;

  constructor(
    ping: PingRecord,
    chain: Chain,
    ticket: Ticket | undefined,
    enqueuedMs: number,
    deadlineMs: number,
  ) {
    this.ping = ping;
    this.chain = chain;
    this.ticket = ticket;
    this.deadlineMs = deadlineMs;
    this.enqueuedMs = enqueuedMs;
    this.attempts = 0;
    this.countedAttempts = 0;
    this.settled = false;
    this.settlement = undefined;
    this.start = undefined;
    this.expiry = undefined;
    this.flying = false;
    this.bytes = ping.bytes;
    this.token = undefined;
  }

  /** Tells whoever waits that it is not worth waiting any longer; the ping itself stays on its way. */
  release(provider: string, reason: string): void {
    const { ticket } = this;
    this.ticket = undefined;
    ticket?.report({
      provider,
      status: 'unreachable',
      reason,
      attempts: this.attempts,
      httpStatus: undefined,
      response: undefined,
      error: undefined,
    });
  }
}

/**
 * `idle`: nothing to send; `ready`: in the ready queue; `flying`: a request is on the wire; `waiting`: until a time;
 * `limited`: until its monitor may be pinged again; `unresolved`: until the service's id of the monitor is known.
 */
export type ChainState = 'idle' | 'ready' | 'flying' | 'waiting' | 'limited' | 'unresolved';

/**
 * Entries that must leave in order, one request at a time: those of a run where the service takes the client's time, else
 * those of a monitor, since such a service believes whatever it hears last.
 */
export class Chain {
  declare readonly id: string;
  declare readonly key: string;
  declare entries: Entry[];
  declare state: ChainState;
  declare urgent: boolean;
  /** Length at which settled entries are taken out of the middle. */
  declare compactAt: number;

  constructor(id: string, key: string) {
    this.id = id;
    this.key = key;
    this.entries = [];
    this.state = 'idle';
    this.urgent = false;
    this.compactAt = 64;
  }
}
