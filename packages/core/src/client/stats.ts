import type { LaneStats } from '../delivery/lane-stats.ts';
import type { SpoolStats } from '../spool/spool.ts';

/** What became of request analytics events. */
export interface EventStats {
  readonly sent: number;
  /** Too large, over the bound, or refused by the service for good. */
  readonly dropped: number;
  /** Left on the disk for later. */
  readonly spooled: number;
  /** Waiting or on the wire. */
  readonly pending: number;
}

/** Counters of one provider. */
export interface ProviderStats extends LaneStats {
  /** What is on the disk; undefined without a spool. */
  readonly spool: SpoolStats | undefined;
  /** Request analytics events since the start (`heartbeat.track`); only where the provider takes them. */
  readonly events?: EventStats;
}

/** Counters of a client since it was made. */
export interface Stats {
  readonly runs: {
    readonly started: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly deferred: number;
    readonly skipped: number;
    readonly open: number;
  };
  readonly pings: number;
  readonly pending: number;
  readonly providers: readonly ProviderStats[];
}
