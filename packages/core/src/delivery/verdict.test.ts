import { describe, expect, it } from 'vitest';
import type { PingState } from '../ping/ping.ts';
import { PingRecord } from '../ping/record.ts';
import { Chain, Entry } from './entry.ts';
import { ageOf, startOvertaken, verdictOn, type VerdictRules } from './verdict.ts';

const chain = (...states: readonly (readonly [PingState, string?])[]): Chain => {
  const made = new Chain('backup', 'backup');
  for (const [state, runId] of states) {
    const ping = new PingRecord('backup', state, 1_000, { runId });
    made.entries.push(new Entry(ping, made, undefined, 0, 10_000));
  }
  return made;
};
const first = ({ entries }: Chain): Entry => entries[0] as Entry;
const fresh: VerdictRules = {
  nowMs: 0,
  wallMs: 1_000,
  clientTimestamp: false,
  batch: false,
  freshForMs: 5_000,
};

describe('the verdict on an entry', () => {
  it.each([
    [0, { status: 'dropped', reason: 'deadline' }],
    [1, { status: 'unreachable', reason: 'deadline' }],
  ])('is its deadline from the very moment on, after %i attempts', (attempts, verdict) => {
    const late = chain(['fail']);
    first(late).attempts = attempts;
    expect(verdictOn(first(late), late, { ...fresh, nowMs: 9_999 })).toBeUndefined();
    expect(verdictOn(first(late), late, { ...fresh, nowMs: 10_000 })).toEqual(verdict);
  });

  it.each(['start', 'log'] as const)(
    'is superseded for a %s that failed and whose end waits',
    (state) => {
      const run = chain([state, 'r'], ['success', 'r']);
      expect(verdictOn(first(run), run, fresh)).toBeUndefined();
      first(run).attempts = 1;
      expect(verdictOn(first(run), run, fresh)).toEqual({
        status: 'dropped',
        reason: 'superseded',
      });
      expect(verdictOn(first(run), run, { ...fresh, batch: true })).toBeUndefined();
    },
  );

  it('never is superseded for an end', () => {
    const run = chain(['success', 'r'], ['fail', 'r']);
    first(run).attempts = 1;
    expect(verdictOn(first(run), run, fresh)).toBeUndefined();
  });

  it('takes an end for one only while it waits and is of the same run', () => {
    for (const run of [
      chain(['start', 'r'], ['success', 'other']),
      chain(['start', 'r'], ['log', 'r']),
    ]) {
      first(run).attempts = 1;
      expect(verdictOn(first(run), run, fresh)).toBeUndefined();
    }
    const settled = chain(['start', 'r'], ['success', 'r']);
    first(settled).attempts = 1;
    (settled.entries[1] as Entry).settled = true;
    expect(verdictOn(first(settled), settled, fresh)).toBeUndefined();
  });

  it.each(['start', 'success', 'log'] as const)(
    'is stale for a %s that is older than its time by either clock',
    (state) => {
      const one = chain([state]);
      const stale = { status: 'dropped', reason: 'stale' };
      expect(verdictOn(first(one), one, { ...fresh, nowMs: 5_000 })).toBeUndefined();
      expect(verdictOn(first(one), one, { ...fresh, nowMs: 5_001 })).toEqual(stale);
      expect(verdictOn(first(one), one, { ...fresh, wallMs: 6_000 })).toBeUndefined();
      expect(verdictOn(first(one), one, { ...fresh, wallMs: 6_001 })).toEqual(stale);
      expect(
        verdictOn(first(one), one, { ...fresh, wallMs: 6_001, clientTimestamp: true }),
      ).toBeUndefined();
    },
  );

  it('counts the time in the queue, not the time since the process began', () => {
    const ping = new PingRecord('backup', 'success', 1_000, {});
    const entry = new Entry(ping, chain(), undefined, 4_000, 100_000);
    expect(verdictOn(entry, entry.chain, { ...fresh, nowMs: 8_000 })).toBeUndefined();
  });

  it('never is stale for a fail', () => {
    const one = chain(['fail']);
    expect(verdictOn(first(one), one, { ...fresh, wallMs: 1e12 })).toBeUndefined();
  });
});

describe('the age of a ping from the disk', () => {
  it.each([
    [61_000, 60_000],
    [1_000, 0],
    [-59_000, 0],
    [-59_001, Number.POSITIVE_INFINITY],
  ])('at %i is %d', (wallMs, ageMs) => {
    expect(ageOf(first(chain(['success'])).ping, wallMs)).toBe(ageMs);
  });
});

describe('a start that is overtaken', () => {
  it.each([
    [true, chain(['start', 'r'], ['log', 'r'], ['fail', 'r'])],
    [false, chain(['start', 'r'], ['fail', 'other'])],
    [false, chain(['log', 'r'], ['fail', 'r'])],
    [false, chain()],
  ])('is %s', (expected, run) => {
    expect(startOvertaken(run)).toBe(expected);
  });
});
