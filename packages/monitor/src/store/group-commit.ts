import type { Clock } from '../clock.ts';
import { processClock } from '../clock.ts';
import type { IngestItem, IngestResult } from './store.ts';

/** Collects what arrives while a transaction is under way and hands it on together. */
export interface GroupCommit {
  /** @returns one result per item, in order, once they are on disk. */
  add(items: readonly IngestItem[]): Promise<readonly IngestResult[]>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Entry {
  readonly items: readonly IngestItem[];
  readonly resolve: (results: readonly IngestResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A process does not end while a group waits: what is in it has not been stored. */
const patientClock: Clock = { ...processClock, setTimer: setTimeout };

const maxGroupItems = 2000;

/** A group waits no longer than this for others to join, however slow the disk is. */
const longestWaitMs = 20;

/** What waits for a transaction, in the order in which it came. */
const createQueue = (clock: Clock) => {
  let entries: Entry[] = [];
  let items = 0;
  let expected = 1;
  let lastCommitMs = 0;
  let complete: (() => void) | null = null;

  const isComplete = (): boolean => entries.length >= expected || items >= maxGroupItems;

  return {
    isEmpty: (): boolean => entries.length === 0,
    add: (entry: Entry): void => {
      entries.push(entry);
      items += entry.items.length;
      if (isComplete()) complete?.();
    },
    /** Says how long a commit took and how many it is about to answer. */
    committed: (tookMs: number, answered: number): void => {
      lastCommitMs = Math.max(0, tookMs);
      expected = answered + entries.length;
    },
    /** Resolves when there is as much as expected, or it has been waited for long enough. */
    gather: async (): Promise<void> => {
      // requests that the kernel already holds are read first and join this group
      await new Promise((resolve) => setImmediate(resolve));
      if (isComplete()) return;
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(resolve, Math.min(lastCommitMs, longestWaitMs));
        complete = () => {
          clock.clearTimer(timer);
          resolve();
        };
      });
      complete = null;
    },
    /** Takes what fits into one transaction; one entry always does. */
    take: (): readonly Entry[] => {
      let count = 0;
      let end = 0;
      while (end < entries.length) {
        const next = entries[end]?.items.length ?? 0;
        if (end > 0 && count + next > maxGroupItems) break;
        count += next;
        end += 1;
      }
      const group = entries.slice(0, end);
      entries = entries.slice(end);
      items -= count;
      return group;
    },
  };
};

/**
 * One group at a time: a lone ping is committed at once, and under load the pings that arrive during a commit share the
 * next one, so that the cost of reaching the disk is paid once for all of them. Whoever was just answered is likely to send
 * again, so a group waits until it is as large as what was there when the one before was committed, but never longer than
 * that commit took.
 */
export const createGroupCommit = (
  commit: (items: readonly IngestItem[]) => Promise<readonly IngestResult[]>,
  clock: Clock = patientClock,
): GroupCommit => {
  const queue = createQueue(clock);
  let running: Promise<void> | null = null;

  const commitGroup = async (group: readonly Entry[]): Promise<void> => {
    try {
      const startedMs = clock.wallMs();
      const results = await commit(group.flatMap((entry) => entry.items));
      queue.committed(clock.wallMs() - startedMs, group.length);
      let offset = 0;
      for (const entry of group) {
        entry.resolve(results.slice(offset, offset + entry.items.length));
        offset += entry.items.length;
      }
    } catch (error) {
      if (group.length === 1) {
        group[0]?.reject(error);
        return;
      }
      // one bad item must not cost the others their answer
      for (const entry of group) await commitGroup([entry]);
    }
  };

  const run = async (): Promise<void> => {
    while (!queue.isEmpty()) {
      await queue.gather();
      await commitGroup(queue.take());
    }
    running = null;
  };

  return {
    add: (items) =>
      new Promise((resolve, reject) => {
        queue.add({ items, resolve, reject });
        running ??= run();
      }),
    idle: () => running ?? Promise.resolve(),
  };
};
