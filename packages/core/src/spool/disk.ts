/** What is known of a path, the path itself and not what a symbolic link leads to. */
export interface DiskEntry {
  readonly kind: 'folder' | 'file' | 'other';
  /** Anybody on the machine may write there. */
  readonly worldWritable: boolean;
  /** It belongs to the user that this process runs as (always true where there is no such thing). */
  readonly mine: boolean;
  /** Bytes. */
  readonly size: number;
  /** Wall clock of the last change, milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** An open file. */
export type DiskHandle = number;

/** The few things that a spool asks of a file system; small, so that tests can crash it at any byte. */
export interface SpoolDisk {
  /** The path as it is, or undefined when there is nothing. Never follows a symbolic link. */
  inspect(path: string): DiskEntry | undefined;
  /** Names in a folder. Throws when it cannot be read. */
  list(path: string): readonly string[];
  /** Makes a folder (mode 0700) and those above it. Throws when that cannot be. */
  makeFolder(path: string): void;
  /** Opens a new or existing file (mode 0600) for appending; refuses symbolic links. Throws. */
  open(path: string): DiskHandle;
  /** Appends off this thread; `done` gets the error, when there is one, later. */
  append(handle: DiskHandle, text: string, done: (error: unknown) => void): void;
  /** Appends before it returns. Throws. */
  appendNow(handle: DiskHandle, text: string): void;
  close(handle: DiskHandle): void;
  /** The whole file; refuses symbolic links. Throws. */
  read(path: string): string;
  rename(from: string, to: string): void;
  removeFile(path: string): void;
  removeFolder(path: string): void;
  /** Sets the time of the last change. Throws. */
  touch(path: string, wallMs: number): void;
}
