import type { Provider } from '../providers/provider.ts';
import type { ChainQueue } from './chain-queue.ts';
import type { Clearance } from './clearance.ts';
import type { Chain, Entry } from './entry.ts';

/** What the next request carries; or how long the provider has to be left alone. */
export interface Load {
  readonly entries: readonly Entry[];
  readonly waitMs: number | undefined;
}

/** JSON around a ping in a batch, bytes; an estimate on the safe side. */
const framing = 200;
/** Part of a service's limit that the estimate may fill. */
const filling = 0.9;

/** Takes what fits from the front of a chain that was cleared; returns its weight, 0 when nothing was taken. */
const takeFrom = (
  chain: Chain,
  entries: Entry[],
  most: number,
  room: number,
  clearance: Clearance,
  nowMs: number,
): number => {
  let bytes = 0;
  let first = true;
  for (const entry of chain.entries) {
    if (entries.length >= most || entry.settled) break;
    // The first was cleared with its chain; a later one that must not leave is dropped when it comes first.
    if (!first && clearance.verdict(entry, nowMs) !== undefined) break;
    const weight = entry.bytes + framing;
    if (bytes + weight > room) break;
    bytes += weight;
    entries.push(entry);
    first = false;
  }
  return bytes;
};

/** Chooses the entries of the next request: one, or as many as fit where the service takes batches. */
export const load = (
  queue: ChainQueue,
  clearance: Clearance,
  provider: Provider,
  batchLimit: number,
  nowMs: number,
): Load => {
  const { batch } = provider;
  const most = batch === undefined ? 1 : Math.min(batch.maxPings, batchLimit, queue.roomOnWire);
  const limit = batch === undefined ? Number.POSITIVE_INFINITY : batch.maxBytes * filling;
  const entries: Entry[] = [];
  let bytes = 0;
  while (entries.length < most) {
    const chain = queue.next();
    if (chain === undefined) break;
    const permission = clearance.ask(chain, nowMs, entries.length > 0);
    if (permission === 'later') continue;
    if (permission !== 'leave') {
      queue.ready(chain, true);
      return { entries, waitMs: permission.waitMs };
    }
    // A ping too large for a batch goes alone; what the service says to it is its outcome.
    const room = entries.length === 0 ? Number.POSITIVE_INFINITY : limit - bytes;
    const taken = takeFrom(chain, entries, most, room, clearance, nowMs);
    if (taken === 0) {
      queue.ready(chain, true);
      break;
    }
    chain.state = 'flying';
    bytes += taken;
    if (bytes >= limit) break;
  }
  return { entries, waitMs: undefined };
};
