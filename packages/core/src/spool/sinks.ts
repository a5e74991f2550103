import type { JournalToken } from '../delivery/journal.ts';
import type { PingRecord } from '../ping/record.ts';

/** Where pings from the disk leave from. */
export interface PingSink {
  /** False while it should not be given any more. */
  hasRoom(): boolean;
  takeStored(ping: PingRecord, token: JournalToken): void;
  /** A ping that was only on the disk was dropped for want of room. */
  dropped(ping: PingRecord): void;
}

/** Where events from the disk leave from. */
export interface EventSink {
  /** False when there is no room. */
  takeStored(event: string, token: JournalToken): boolean;
  dropped(): void;
}
