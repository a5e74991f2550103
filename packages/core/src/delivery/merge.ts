import type { Chain, Entry } from './entry.ts';
import type { DropReason } from '../outcome.ts';

/** Takes an entry out of its queue with an outcome. */
export interface Remover {
  /** Merged into another ping, which tells its count. */
  coalesced(entry: Entry): void;
  /** Stands for others from now on: its ping has changed. */
  merged(entry: Entry): void;
  dropped(entry: Entry, reason: DropReason): void;
  /** True when the start of the entry's run was (perhaps) delivered: its end must be told. */
  startSent(entry: Entry): boolean;
}

/** A terminal that may be merged: nothing of its run has left. */
export const mergeable = (entry: Entry, remover: Remover): boolean =>
  (entry.ping.state === 'success' || entry.ping.state === 'fail') &&
  !remover.startSent(entry) &&
  entry.attempts === 0;

const keepNewest = (entries: readonly Entry[], remover: Remover): Entry | undefined => {
  let newest: Entry | undefined;
  let count = 0;
  for (const entry of entries) {
    count += entry.ping.count;
    if (newest === undefined || entry.ping.timestampMs >= newest.ping.timestampMs) newest = entry;
  }
  if (newest === undefined || entries.length === 1) return newest;
  newest.ping = newest.ping.withCount(count);
  // First what tells them all, then what it tells: a crash in between loses nothing.
  remover.merged(newest);
  for (const entry of entries) if (entry !== newest) remover.coalesced(entry);
  return newest;
};

/** Drops unsent starts whose terminal waits as well: the terminal carries the duration. Returns the runs left without one. */
const dropOvertakenStarts = (entries: readonly Entry[], remover: Remover): void => {
  const ended = new Set<string>();
  for (const { ping } of entries)
    if (ping.runId !== undefined && (ping.state === 'success' || ping.state === 'fail'))
      ended.add(ping.runId);
  for (const entry of entries) {
    const { state, runId } = entry.ping;
    if (state === 'start' && entry.attempts === 0 && runId !== undefined && ended.has(runId))
      remover.dropped(entry, 'superseded');
  }
};

/**
 * Merges what waits for one monitor, none of which has left: starts of ended runs go, successes become the newest with their
 * count, fails too. Where the service believes what it hears last (`lastWins`), a success older than a fail is dropped.
 * Ends of runs whose start was sent stay as they are.
 */
export const mergeMonitor = (
  entries: readonly Entry[],
  lastWins: boolean,
  remover: Remover,
): void => {
  dropOvertakenStarts(entries, remover);
  const live = entries.filter((entry) => !entry.settled && mergeable(entry, remover));
  const success = keepNewest(
    live.filter(({ ping }) => ping.state === 'success'),
    remover,
  );
  const fail = keepNewest(
    live.filter(({ ping }) => ping.state === 'fail'),
    remover,
  );
  if (
    lastWins &&
    success !== undefined &&
    fail !== undefined &&
    success.ping.timestampMs < fail.ping.timestampMs
  ) {
    remover.dropped(success, 'superseded');
  }
};

const waitingEntries = (chains: Iterable<Chain>): Entry[] => {
  const entries: Entry[] = [];
  for (const chain of chains) {
    for (const entry of chain.entries) if (!entry.flying && !entry.settled) entries.push(entry);
  }
  return entries;
};

const byMonitor = (entries: readonly Entry[]): Iterable<Entry[]> => {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.ping.key);
    if (group === undefined) groups.set(entry.ping.key, [entry]);
    else group.push(entry);
  }
  return groups.values();
};

/**
 * Makes room in a full queue, in the order that loses least: logs, then starts, then successes merge, then fails merge, and
 * only then the oldest go: successes before fails. Stops as soon as `enough()`.
 */
export const relieve = (
  chains: Iterable<Chain>,
  lastWins: boolean,
  enough: () => boolean,
  remover: Remover,
): void => {
  const all = waitingEntries(chains);
  const dropWhere = (match: (entry: Entry) => boolean): boolean => {
    for (const entry of all) {
      if (enough()) return true;
      if (!entry.settled && match(entry)) remover.dropped(entry, 'queue-full');
    }
    return enough();
  };
  if (dropWhere(({ ping }) => ping.state === 'log')) return;
  dropOvertakenStarts(all, remover);
  if (enough() || dropWhere(({ ping, attempts }) => ping.state === 'start' && attempts === 0))
    return;
  const left = all.filter(({ settled }) => !settled);
  for (const group of byMonitor(left)) mergeMonitor(group, lastWins, remover);
  if (enough()) return;
  if (dropWhere(({ ping }) => ping.state !== 'fail')) return;
  dropWhere(() => true);
};
