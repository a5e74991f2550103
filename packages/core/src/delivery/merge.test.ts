import { describe, expect, it } from 'vitest';
import type { PingState } from '../ping/ping.ts';
import { PingRecord } from '../ping/record.ts';
import { Chain, Entry } from './entry.ts';
import { mergeMonitor, relieve, type Remover } from './merge.ts';

interface Given {
  readonly state: PingState;
  readonly at?: number;
  readonly run?: string;
  readonly key?: string;
  readonly attempts?: number;
  readonly flying?: boolean;
  readonly count?: number;
}

/** Entries in one chain each, and what became of them, by their names. */
const queueOf = (given: Readonly<Record<string, Given>>, sent: readonly string[] = []) => {
  const entries = new Map<Entry, string>();
  const said: string[] = [];
  const chains = Object.entries(given).map(([name, one]) => {
    const { state, at = 0, run: runId, key = 'backup', attempts = 0, flying = false, count } = one;
    const chain = new Chain(name, key);
    const entry = new Entry(
      new PingRecord(key, state, at, { runId, count }),
      chain,
      undefined,
      0,
      1e6,
    );
    Object.assign(entry, { attempts, flying });
    chain.entries.push(entry);
    entries.set(entry, name);
    return chain;
  });
  const note = (entry: Entry, what: string): void => {
    said.push(`${entries.get(entry)} ${what}`);
  };
  const remover: Remover = {
    merged: (entry) => note(entry, `x${entry.ping.count}`),
    startSent: ({ ping }) => ping.runId !== undefined && sent.includes(ping.runId),
    coalesced(entry) {
      entry.settled = true;
      note(entry, 'coalesced');
    },
    dropped(entry, reason) {
      entry.settled = true;
      note(entry, reason);
    },
  };
  const left = (): number => [...entries.keys()].filter(({ settled }) => !settled).length;
  return { chains, remover, said, left, all: [...entries.keys()] };
};

describe('what waits for one monitor', () => {
  it('merges into the newest of its kind with the sum of the counts, which is noted first', () => {
    const { all, remover, said } = queueOf({
      old: { state: 'success', at: 1, count: 3 },
      newest: { state: 'success', at: 9 },
      middle: { state: 'success', at: 5 },
      bad: { state: 'fail', at: 2 },
      worse: { state: 'fail', at: 2 },
    });
    mergeMonitor(all, false, remover);
    expect(said).toEqual([
      'newest x5',
      'old coalesced',
      'middle coalesced',
      'worse x2',
      'bad coalesced',
    ]);
  });

  it('keeps ends whose start was sent, that were tried, or that ended already', () => {
    const { all, remover, said } = queueOf(
      {
        sent: { state: 'success', run: 'a' },
        tried: { state: 'success', attempts: 1 },
        gone: { state: 'success' },
        alone: { state: 'success' },
        log: { state: 'log' },
      },
      ['a'],
    );
    (all[2] as Entry).settled = true;
    mergeMonitor(all, false, remover);
    expect(said).toEqual([]);
  });

  it('lets an unsent start go whose run has ended, and no other', () => {
    const { all, remover, said } = queueOf({
      unsent: { state: 'start', run: 'a' },
      tried: { state: 'start', run: 'a', attempts: 1 },
      open: { state: 'start', run: 'b' },
      nameless: { state: 'start' },
      log: { state: 'log', run: 'b' },
      end: { state: 'fail', run: 'a' },
      other: { state: 'success' },
    });
    mergeMonitor(all, false, remover);
    expect(said).toEqual(['unsent superseded']);
  });

  it.each([
    [true, 1, 2, ['good superseded']],
    [true, 2, 2, []],
    [false, 1, 2, []],
  ])(
    'with the last word believed %s, a success at %i before a fail at %i: %j',
    (lastWins, good, bad, expected) => {
      const { all, remover, said } = queueOf({
        good: { state: 'success', at: good },
        bad: { state: 'fail', at: bad },
      });
      mergeMonitor(all, lastWins, remover);
      expect(said).toEqual(expected);
    },
  );
});

describe('a full queue', () => {
  const given: Readonly<Record<string, Given>> = {
    log: { state: 'log' },
    start: { state: 'start', run: 'open' },
    ended: { state: 'start', run: 'a' },
    triedStart: { state: 'start', run: 'c', attempts: 1 },
    wire: { state: 'success', flying: true },
    good: { state: 'success', at: 1, run: 'a' },
    better: { state: 'success', at: 2 },
    elsewhere: { state: 'success', key: 'other' },
    bad: { state: 'fail', at: 3 },
    worse: { state: 'fail', at: 4 },
    apart: { state: 'fail', key: 'other' },
  };
  const order = [
    'log queue-full',
    'ended superseded',
    'start queue-full',
    'better x2',
    'good coalesced',
    'worse x2',
    'bad coalesced',
    'triedStart queue-full',
    'better queue-full',
    'elsewhere queue-full',
    'worse queue-full',
    'apart queue-full',
  ];

  it('makes room in the order that loses least, and never takes what is on the wire', () => {
    const { chains, remover, said, left } = queueOf(given);
    relieve(chains, false, () => false, remover);
    expect(said).toEqual(order);
    expect(left()).toBe(1);
  });

  it.each([
    [11, 0],
    [10, 1],
    [9, 2],
    [8, 3],
    [6, 7],
    [5, 8],
    [3, 10],
    [2, 11],
  ])('stops as soon as %i are left', (enough, steps) => {
    const { chains, remover, said, left } = queueOf(given);
    relieve(chains, false, () => left() <= enough, remover);
    expect(said).toEqual(order.slice(0, steps));
  });

  it('lets a success go that a fail makes untrue where the last word is believed', () => {
    const { chains, remover, said } = queueOf(given);
    relieve(chains, true, () => false, remover);
    expect(said).toContain('better superseded');
    expect(said).not.toContain('elsewhere superseded');
  });
});
