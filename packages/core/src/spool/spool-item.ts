import type { Clock } from '../clock.ts';
import type { SpoolDisk } from './disk.ts';
import type { RecordLine } from './format.ts';
import type { SpoolFolder } from './spool-folder.ts';

/** Where a record lies, kept up to date when it has to move; handed to whoever has the work in memory. */
export interface SpoolToken {
  folder: SpoolFolder;
  seq: number;
}

/** Something to be written: made into a line when its time has come, since most never are. */
export interface SpoolItem extends SpoolToken {
  /** The record in the same folder that it stands for now. */
  replaces: number | undefined;
  /** Its line; never throws. */
  text(seq: number): string;
}

/** What a folder needs. */
export interface SpoolFolderParts {
  readonly disk: SpoolDisk;
  readonly clock: Clock;
  /** The folder that all share. */
  readonly root: string;
  /** Random id of the owner. */
  readonly id: string;
  /** Longest that a record waits for its write, milliseconds. */
  readonly flushMs: number;
  readonly segmentBytes: number;
  /** Bytes that this folder may have now. */
  readonly room: () => number;
  readonly onError: (error: unknown) => void;
  /** Another process has taken the folder over; what it cannot have seen is handed back. */
  readonly onLost: (items: readonly SpoolItem[]) => void;
  readonly onDropped: (line: RecordLine) => void;
}
