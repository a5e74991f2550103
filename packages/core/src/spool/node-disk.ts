import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  write,
  writeSync,
} from 'node:fs';
import type { DiskHandle, SpoolDisk } from './disk.ts';

// Windows has no such flag, and no symbolic links for ordinary users.
const noFollow = constants.O_NOFOLLOW ?? 0;
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow;

const appendFrom = (
  handle: DiskHandle,
  bytes: Buffer,
  from: number,
  done: (error: unknown) => void,
): void => {
  write(handle, bytes, from, bytes.length - from, null, (error, written) => {
    if (error !== null) done(error);
    else if (from + written >= bytes.length) done(undefined);
    else appendFrom(handle, bytes, from + written, done);
  });
};

/** Closes files only when nothing is being written to them: a number that is used again would take the rest. */
class Closing {
  readonly #writes = new Map<DiskHandle, number>();
  readonly #closing = new Set<DiskHandle>();

  begin(handle: DiskHandle): void {
    this.#writes.set(handle, (this.#writes.get(handle) ?? 0) + 1);
  }

  end(handle: DiskHandle): void {
    const left = (this.#writes.get(handle) ?? 1) - 1;
    if (left > 0) {
      this.#writes.set(handle, left);
      return;
    }
    this.#writes.delete(handle);
    if (this.#closing.delete(handle)) closeSync(handle);
  }

  close(handle: DiskHandle): void {
    if (this.#writes.has(handle)) this.#closing.add(handle);
    else closeSync(handle);
  }
}

/** The file system of Node. */
export const createNodeDisk = (closing: Closing = new Closing()): SpoolDisk => ({
  inspect(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const uid = process.geteuid?.();
    return {
      kind: stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other',
      worldWritable: uid !== undefined && (stats.mode & 0o002) !== 0,
      mine: uid === undefined || stats.uid === uid,
      size: stats.size,
      modifiedMs: stats.mtimeMs,
    };
  },
  list: (path) => readdirSync(path),
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  open: (path) => openSync(path, appending, 0o600),
  append(handle, text, done) {
    closing.begin(handle);
    appendFrom(handle, Buffer.from(text), 0, (error) => {
      closing.end(handle);
      done(error);
    });
  },
  appendNow(handle, text) {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length;) from += writeSync(handle, bytes, from);
  },
  close: (handle) => closing.close(handle),
  read(path) {
    const handle = openSync(path, constants.O_RDONLY | noFollow);
    try {
      return readFileSync(handle, 'utf8');
    } finally {
      closeSync(handle);
    }
  },
  rename: renameSync,
  removeFile: unlinkSync,
  removeFolder: rmdirSync,
  touch: (path, wallMs) => utimesSync(path, wallMs / 1_000, wallMs / 1_000),
});
