import { describe, expect, it } from 'vitest';

import type { Clock } from '../clock.ts';
import { createGroupCommit } from './group-commit.ts';
import type { IngestItem, IngestResult } from './store.ts';

const item = (id: string): IngestItem => ({
  monitor: { by: 'key', value: 'job' },
  ping: { id, state: 'success', timestampMs: 0, receivedMs: 0, dialect: 'test' },
});
const accepted: IngestResult = { status: 'accepted', monitor: null, created: false };

/** A promise, and the function that resolves it. */
const signal = (): { readonly given: Promise<void>; readonly give: () => void } => {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
};

/** A group commit whose commits last until they are ended here, and that waits until its time is up here. */
const start = () => {
  const groups: string[][] = [];
  const waits: number[] = [];
  let nowMs = 0;
  let begun = signal();
  let ended = signal();
  let waiting = signal();
  let timeUp = (): void => {};
  const clock: Clock = {
    wallMs: () => nowMs,
    setTimer: (callback, delayMs) => {
      waits.push(delayMs);
      timeUp = callback;
      waiting.give();
      return 0;
    },
    clearTimer: () => {},
  };
  const group = createGroupCommit(async (items) => {
    groups.push(items.map(({ ping }) => ping.id));
    begun.give();
    await ended.given;
    ended = signal();
    return items.map(() => accepted);
  }, clock);
  return {
    groups,
    /** How long it was ready to wait, each time. */
    waits,
    add: (...ids: string[]) => group.add(ids.map(item)),
    /** Lets the next commit begin and take so long. @returns once it is over. */
    commit: async (ms: number, meanwhile: () => void = () => {}) => {
      await begun.given;
      begun = signal();
      meanwhile();
      nowMs += ms;
      ended.give();
    },
    /** Resolves when a group waits for others. */
    waiting: async () => {
      await waiting.given;
      waiting = signal();
    },
    timeUp: () => timeUp(),
  };
};

describe('a group commit', () => {
  it('commits a lone ping without waiting', async () => {
    const subject = start();
    for (const id of ['a', 'b', 'c']) {
      const added = subject.add(id);
      await subject.commit(10);
      expect(await added).toEqual([accepted]);
    }
    expect(subject.groups).toEqual([['a'], ['b'], ['c']]);
    expect(subject.waits).toEqual([]);
  });

  it('commits together what arrives during a commit, and who was answered before it', async () => {
    const subject = start();
    const all = [subject.add('a')];
    await subject.commit(10, () => all.push(subject.add('b'), subject.add('c')));
    await all[0];
    await subject.waiting();
    all.push(subject.add('d'));
    await subject.commit(10);
    await Promise.all(all);
    expect(subject.groups).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('waits no longer than the commit before took, and then expects the others no more', async () => {
    const subject = start();
    const both = [subject.add('a'), subject.add('b')];
    await subject.commit(7);
    await Promise.all(both);
    const late = subject.add('c');
    await subject.waiting();
    subject.timeUp();
    await subject.commit(7);
    await late;
    const alone = subject.add('d');
    await subject.commit(7);
    await alone;
    expect(subject.groups).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(subject.waits).toEqual([7]);
  });

  it('waits for 20 ms at most, however long a commit took', async () => {
    const subject = start();
    const both = [subject.add('a'), subject.add('b')];
    await subject.commit(5000);
    await Promise.all(both);
    void subject.add('c');
    await subject.waiting();
    expect(subject.waits).toEqual([20]);
  });

  it('does not wait for others when there is enough for a transaction', async () => {
    const subject = start();
    const ids = Array.from({ length: 2000 }, (_, index) => `ping-${index}`);
    const both = [subject.add('a'), subject.add('b')];
    await subject.commit(10, () => both.push(subject.add(...ids)));
    await subject.commit(10);
    await Promise.all(both);
    expect(subject.groups.map((group) => group.length)).toEqual([2, 2000]);
    expect(subject.waits).toEqual([]);
  });
});
