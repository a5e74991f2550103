import type { PingRecord } from '../ping/record.ts';
import type { Settlement } from './settlement.ts';

/** Where something lies on the disk; opaque to delivery. */
export type JournalToken = object;

/** What delivery tells the disk of the pings of one provider. No method throws or waits. */
export interface Journal {
  /** Notes a ping; undefined when it is not kept. */
  append(ping: PingRecord): JournalToken | undefined;
  /** Another ping stands for it now: the same id, a higher count. */
  replace(token: JournalToken, ping: PingRecord): void;
  /** Ends the record, or keeps it for later and says so. */
  settled(token: JournalToken, settlement: Settlement): Settlement;
  /** Nothing is left in memory: what is only on the disk may come. */
  drained(): void;
  /** False, once, when another process has taken something over: ask `lost` of each. Looks at the disk. */
  holds(): boolean;
  /** True when another process has this record and sends it. */
  lost(token: JournalToken): boolean;
}
