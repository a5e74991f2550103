import type { SpoolDisk } from './disk.ts';

/** What a scan needs. */
export interface Scan {
  readonly disk: SpoolDisk;
  readonly directory: string;
  /** Ids of our own folders. */
  readonly mine: ReadonlySet<string>;
  readonly wallMs: number;
  readonly nowMs: number;
  /** Leases that looked dead in an earlier scan; kept by the caller. */
  readonly seen: Map<string, { readonly modifiedMs: number; readonly sinceMs: number }>;
  /** The scan of a process that has just begun. */
  readonly first: boolean;
}

/** A folder that nobody owns any more. */
export interface Orphan {
  readonly id: string;
  /** When its owner was last heard of, wall clock; undefined when it has said good-bye. */
  readonly diedMs: number | undefined;
}

const leaseMs = 10_000;
const adoptAfterMs = 30_000;
const folderName = /^([ot])-([0-9a-f]{32})$/u;

/** Bytes of a folder, as far as they can be seen. */
const bytesOf = (disk: SpoolDisk, path: string): number => {
  try {
    return disk
      .list(path)
      .reduce((total, name) => total + (disk.inspect(`${path}/${name}`)?.size ?? 0), 0);
  } catch {
    return 0;
  }
};

const isDead = (scan: Scan, id: string, modifiedMs: number): boolean => {
  const { seen, wallMs, nowMs, first } = scan;
  // Both ways: a clock that was set back leaves times of the future behind.
  if (Math.abs(wallMs - modifiedMs) <= adoptAfterMs) {
    seen.delete(id);
    return false;
  }
  if (first) return true;
  // While we run, a clock that jumps makes every lease look old until it is renewed: only one that stays as it is counts.
  const before = seen.get(id);
  if (before !== undefined && before.modifiedMs === modifiedMs)
    return nowMs - before.sinceMs >= leaseMs;
  seen.set(id, { modifiedMs, sinceMs: nowMs });
  return false;
};

/** Does something with a folder that another process may take away at any moment; undefined when that is why it failed. */
export const unlessGone = <Result>(
  disk: SpoolDisk,
  path: string,
  action: () => Result,
): Result | undefined => {
  try {
    return action();
  } catch (error) {
    if (disk.inspect(path) !== undefined) throw error;
    return undefined;
  }
};

/** Left in the middle of being made: there is nothing in it. */
const removeUnmade = (scan: Scan, path: string, modifiedMs: number): void => {
  const { disk, wallMs } = scan;
  if (Math.abs(wallMs - modifiedMs) <= adoptAfterMs) return;
  if (disk.inspect(`${path}/lease`) !== undefined) disk.removeFile(`${path}/lease`);
  disk.removeFolder(path);
};

/** Looks for folders whose owner is gone: without a lease, or with one that was not renewed for 30 seconds. */
export const adoptable = (
  scan: Scan,
): { readonly orphans: readonly Orphan[]; readonly othersBytes: number } => {
  const { disk, directory, mine, seen } = scan;
  const orphans: Orphan[] = [];
  let othersBytes = 0;
  const judge = (kind: string, id: string, path: string): void => {
    const entry = disk.inspect(path);
    if (entry?.kind !== 'folder' || !entry.mine || entry.worldWritable) return;
    if (kind === 't') {
      removeUnmade(scan, path, entry.modifiedMs);
      return;
    }
    const lease = disk.inspect(`${path}/lease`);
    if (lease === undefined) orphans.push({ id, diedMs: undefined });
    else if (isDead(scan, id, lease.modifiedMs)) orphans.push({ id, diedMs: lease.modifiedMs });
    else othersBytes += bytesOf(disk, path);
  };
  for (const name of disk.list(directory)) {
    const [, kind, id] = folderName.exec(name) ?? [];
    const path = `${directory}/${name}`;
    if (kind !== undefined && id !== undefined && !mine.has(id))
      unlessGone(disk, path, () => judge(kind, id, path));
  }
  for (const id of [...seen.keys()]) if (!disk.inspect(`${directory}/o-${id}`)) seen.delete(id);
  return { orphans, othersBytes };
};
