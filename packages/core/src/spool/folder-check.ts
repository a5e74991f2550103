import { LubdubError } from '../errors.ts';
import type { DiskEntry, SpoolDisk } from './disk.ts';

const fixes = (path: string, entry: DiskEntry): string | undefined => {
  if (entry.kind === 'file') return `"${path}" is a file; name a folder in spool.directory`;
  if (entry.kind === 'other')
    return `"${path}" is a symbolic link or no folder; name the folder itself in spool.directory`;
  if (!entry.mine)
    return `"${path}" belongs to another user; name a folder of the user that this process runs as, or chown it`;
  if (entry.worldWritable)
    return `anybody may write to "${path}"; chmod 700 it, or name a folder of its own`;
  return undefined;
};

const reasonOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return 'is not writable; give this process the right to write there, or name another folder';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'is on a full disk; free some space';
  if (code === 'EFBIG') return 'takes no larger file; raise the limit of this process (ulimit -f)';
  if (code === 'ENOTDIR') return 'lies under a file; name a folder in spool.directory';
  return `cannot be used (${typeof code === 'string' ? code : 'unknown error'})`;
};

/** What is wrong with a folder and how to put it right, or undefined; `error` is what using it threw. */
const folderProblem = (disk: SpoolDisk, path: string, error?: unknown): string | undefined => {
  try {
    const entry = disk.inspect(path);
    const found = entry === undefined ? undefined : fixes(path, entry);
    if (found !== undefined) return found;
  } catch (thrown) {
    return `"${path}" ${reasonOf(thrown)}`;
  }
  return error === undefined ? undefined : `"${path}" ${reasonOf(error)}`;
};

/** What is needed to find out. */
export interface SpoolHealthParts {
  readonly disk: SpoolDisk;
  /** The folder above, which has to be as private. */
  readonly root: string;
  readonly directory: string;
  readonly warn: (message: string) => void;
}

/** Finds out whether a spool's folders can be used, and warns once when they cannot. */
export class SpoolHealth {
  readonly #parts: SpoolHealthParts;
  #warned = false;

  constructor(parts: SpoolHealthParts) {
    this.#parts = parts;
  }

  /** False, after a warning, when nothing may be kept there. */
  usable(): boolean {
    const { disk, root, directory } = this.#parts;
    const problem = folderProblem(disk, root) ?? folderProblem(disk, directory);
    if (problem !== undefined) this.#warn(problem);
    return problem === undefined;
  }

  /** Warns of what using it threw. */
  failed(error: unknown): void {
    const { disk, root, directory } = this.#parts;
    const problem = folderProblem(disk, root) ?? folderProblem(disk, directory, error);
    this.#warn(problem ?? `"${directory}" cannot be used`);
  }

  #warn(problem: string): void {
    if (this.#warned) return;
    this.#warned = true;
    const message = `The spool cannot be used, so pings are kept in memory only: ${problem}.`;
    this.#parts.warn(new LubdubError('ERR_LUBDUB_SPOOL_UNUSABLE', message).message);
  }
}
