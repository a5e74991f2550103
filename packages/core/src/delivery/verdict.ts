import { isTerminal, type Ping } from '../ping/ping.ts';
import type { Chain, Entry } from './entry.ts';
import type { Settlement } from './settlement.ts';

/** What decides whether an entry may still be sent. */
export interface VerdictRules {
  readonly nowMs: number;
  readonly wallMs: number;
  /** The service takes the client's time: nothing is stale there. */
  readonly clientTimestamp: boolean;
  readonly batch: boolean;
  /** Oldest success (start, log) that may pass for fresh, milliseconds. */
  readonly freshForMs: number;
}

const clockSkewMs = 60_000;

/** How old a ping from the disk is; for ever when it is from the future: the clock was set back, nobody knows. */
export const ageOf = (ping: Ping, wallMs: number): number => {
  const ageMs = wallMs - ping.timestampMs;
  return ageMs < -clockSkewMs ? Number.POSITIVE_INFINITY : Math.max(ageMs, 0);
};

const endFollows = (entry: Entry, chain: Chain): boolean =>
  chain.entries.some(
    ({ ping, settled }) => !settled && isTerminal(ping.state) && ping.runId === entry.ping.runId,
  );

/** True for a chain that begins with the start of a run that has ended: where the start failed, the end takes its place. */
export const startOvertaken = (chain: Chain): boolean => {
  const [head] = chain.entries;
  return head?.ping.state === 'start' && endFollows(head, chain);
};

/** Why an entry must not be sent any more, or undefined when it may: past its deadline, overtaken by its end, or stale. */
export const verdictOn = (
  entry: Entry,
  chain: Chain,
  rules: VerdictRules,
): Settlement | undefined => {
  const { ping } = entry;
  if (rules.nowMs >= entry.deadlineMs) {
    return { status: entry.attempts === 0 ? 'dropped' : 'unreachable', reason: 'deadline' };
  }
  const passing = ping.state === 'start' || ping.state === 'log';
  if (passing && entry.attempts > 0 && !rules.batch && endFollows(entry, chain))
    return { status: 'dropped', reason: 'superseded' };
  if (rules.clientTimestamp || ping.state === 'fail') return undefined;
  // Both clocks: the wall clock sees a machine that slept, the monotonic one is not moved by an adjusted clock.
  const ageMs = Math.max(rules.nowMs - entry.enqueuedMs, rules.wallMs - ping.timestampMs);
  return ageMs > rules.freshForMs ? { status: 'dropped', reason: 'stale' } : undefined;
};
