import type { Ping, PingState, RunReason } from './ping.ts';
import { randomUuid } from './uuid.ts';

/** What a ping may carry besides its key and state; everything is optional. */
export interface PingContent {
  readonly runId?: string | undefined;
  readonly message?: string | undefined;
  readonly metadataJson?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly groupKey?: string | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly reason?: RunReason | undefined;
  readonly count?: number | undefined;
}

const fixedCost = 160;

/**
 * The ping as core makes it. The id is made when first asked for: most pings of a hot job are coalesced and never need one.
 * Fields are declared only, so that each is written once: this is the hot path.
 */
export class PingRecord implements Ping {
  declare readonly key: string;
  declare readonly state: PingState;
  declare readonly timestampMs: number;
  declare readonly runId: string | undefined;
  declare readonly count: number;
  declare readonly content: PingContent;
  declare private madeId: string | undefined;

  constructor(
    key: string,
    state: PingState,
    timestampMs: number,
    content: PingContent,
    id?: string,
    count: number = content.count ?? 1,
  ) {
    this.key = key;
    this.state = state;
    this.timestampMs = timestampMs;
    this.runId = content.runId;
    this.count = count;
    this.content = content;
    this.madeId = id;
  }

  get id(): string {
    this.madeId ??= randomUuid();
    return this.madeId;
  }

  get message(): string | undefined {
    return this.content.message;
  }

  get metadataJson(): string | undefined {
    return this.content.metadataJson;
  }

  get durationMs(): number | undefined {
    return this.content.durationMs;
  }

  get exitCode(): number | undefined {
    return this.content.exitCode;
  }

  get groupKey(): string | undefined {
    return this.content.groupKey;
  }

  get metrics(): Readonly<Record<string, number>> | undefined {
    return this.content.metrics;
  }

  get reason(): RunReason | undefined {
    return this.content.reason;
  }

  /** What it weighs in memory, an estimate in bytes; charged to the queue's byte bound. */
  get bytes(): number {
    const { message, metadataJson } = this.content;
    return fixedCost + ((message?.length ?? 0) + (metadataJson?.length ?? 0)) * 2;
  }

  /** A copy under the same id that stands for more runs than itself (the newest of merged pings). */
  withCount(count: number): PingRecord {
    return new PingRecord(this.key, this.state, this.timestampMs, this.content, this.madeId, count);
  }
}
