import type { OutcomeStatus } from '../outcome.ts';

/** Counters of one provider's way out. */
export interface LaneStats {
  readonly provider: string;
  /** Pings with each outcome. */
  readonly outcomes: Readonly<Partial<Record<OutcomeStatus, number>>>;
  /** Drops by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Requests made. */
  readonly requests: number;
  /** Attempts that failed and were made again. */
  readonly retries: number;
  /** Pings waiting or on the wire. */
  readonly pending: number;
  /** Their weight, bytes (an estimate). */
  readonly pendingBytes: number;
  /** `open`: the service is not asked for a while. */
  readonly breaker: 'closed' | 'open' | 'half-open';
}
