import { isTerminal } from '../ping/ping.ts';
import type { Chain, Entry } from './entry.ts';
import { mergeable, type Remover } from './merge.ts';

/** How far back in its chain the start of a run is looked for. */
const nearest = 8;

const startOf = ({ chain, ping }: Entry): Entry | undefined => {
  const { entries } = chain;
  if (ping.runId === undefined) return undefined;
  const from = Math.max(0, entries.length - nearest);
  for (let at = entries.length - 1; at >= from; at -= 1) {
    const entry = entries[at] as Entry;
    if (entry.ping.state === 'start' && entry.ping.runId === ping.runId) return entry;
  }
  return undefined;
};

/**
 * Merges ends of runs while a queue is more than half full: each into the one before of its monitor, in constant time. What
 * comes is only noted; the merging waits for a turn of the loop, so that in an outage no job pays for it.
 */
export class Pressure {
  readonly #newest = { success: new Map<string, Entry>(), fail: new Map<string, Entry>() };
  #noted: Entry[] = [];

  /** Notes a ping that was just queued, with the start of its run. */
  note(entry: Entry): void {
    if (isTerminal(entry.ping.state)) entry.start = startOf(entry);
    this.#noted.push(entry);
  }

  /** Merges what was noted; `touched` hears of each chain that something may have left. */
  merge(remover: Remover, touched: (chain: Chain) => void): void {
    if (this.#noted.length === 0) return;
    const noted = this.#noted;
    this.#noted = [];
    for (const entry of noted) {
      if (entry.settled) continue;
      const gone = this.#take(entry, remover);
      entry.start = undefined;
      touched(entry.chain);
      if (gone !== undefined && gone.chain !== entry.chain) touched(gone.chain);
    }
  }

  /** The queue has room again. */
  ease(): void {
    if (this.#noted.length > 0) this.#noted = [];
    if (this.#newest.success.size > 0) this.#newest.success.clear();
    if (this.#newest.fail.size > 0) this.#newest.fail.clear();
  }

  /** Returns the ping that this one stands for now, which has left the queue. */
  #take(entry: Entry, remover: Remover): Entry | undefined {
    const { state, key } = entry.ping;
    if (!isTerminal(state) || !mergeable(entry, remover)) return undefined;
    const { start } = entry;
    if (start?.settled === false && start.attempts === 0) remover.dropped(start, 'superseded');
    const newest = this.#newest[state];
    const older = newest.get(key);
    newest.set(key, entry);
    if (older === undefined || older.settled || older.flying || !mergeable(older, remover))
      return undefined;
    // From the disk: the one that is there already is the newer one.
    if (older.ping.timestampMs > entry.ping.timestampMs) return undefined;
    entry.ping = entry.ping.withCount(entry.ping.count + older.ping.count);
    remover.merged(entry);
    remover.coalesced(older);
    return older;
  }
}
