import { describe, expect, it } from 'vitest';
import type { PingState } from '../ping/ping.ts';
import { PingRecord } from '../ping/record.ts';
import { ChainQueue, defaultQueue, type QueueOptions } from './chain-queue.ts';
import type { Entry } from './entry.ts';

const forever = 1e9;

/** A queue, what became of its pings, and short ways to fill it. */
const queueOf = (options: Partial<QueueOptions> = {}, perRun = true) => {
  const said: string[] = [];
  const queue = new ChainQueue(
    { ...defaultQueue, ...options },
    perRun,
    ({ ping }, { status, reason }) => said.push(`${ping.key} ${ping.state} ${reason ?? status}`),
    ({ ping }) => said.push(`${ping.key} ${ping.state} x${ping.count}`),
  );
  const record = (key: string, state: PingState, at: number, runId?: string): PingRecord =>
    new PingRecord(key, state, at, { runId });
  return {
    queue,
    said,
    add: (key: string, state: PingState = 'success', runId?: string, at = 0): Entry =>
      queue.add(record(key, state, at, runId), undefined, 0, forever),
    addStored: (key: string, state: PingState, at: number, runId?: string): void =>
      queue.addStored(record(key, state, at, runId), {}, 0, forever),
    order: (id: string) =>
      queue.chains.get(id)?.entries.map(({ ping }) => `${ping.state} ${ping.timestampMs}`),
  };
};

describe('a ping from the disk', () => {
  it('comes before what happened after it, and behind what happened before or was tried', () => {
    const { add, addStored, order } = queueOf({}, false);
    const tried = add('a', 'success', undefined, 50);
    tried.attempts = 1;
    add('a', 'success', undefined, 10);
    add('a', 'fail', undefined, 30);
    addStored('a', 'success', 20);
    addStored('a', 'success', 5);
    addStored('a', 'success', 40);
    expect(order('a')).toEqual([
      'success 50',
      'success 5',
      'success 10',
      'success 20',
      'fail 30',
      'success 40',
    ]);
  });

  it('may be the one for which there is no room', () => {
    const { add, addStored, queue, said } = queueOf({ maxPings: 10 });
    for (let index = 0; index < 10; index += 1) add(`job-${index}`, 'fail');
    addStored('stored', 'log', 5);
    // To four fifths of the bound, the worthless first.
    expect(said).toEqual(
      ['stored log', 'job-0 fail', 'job-1 fail'].map((one) => `${one} queue-full`),
    );
    expect([queue.pings, queue.chains.size, queue.chains.has('stored')]).toEqual([8, 8, false]);
  });
});

describe('runs whose start has left', () => {
  it('are remembered until they end, the last hundred thousand of them', () => {
    const { add, queue } = queueOf();
    for (let run = 0; run <= 100_000; run += 1) queue.startLeft(`run-${run}`);
    const known = [0, 1, 100_000].map((run) => queue.startSent(add('a', 'success', `run-${run}`)));
    expect(known).toEqual([false, true, true]);
    const end = add('a', 'fail', 'run-7');
    queue.remove(end, { status: 'accepted' });
    expect(queue.startSent(end)).toBe(false);
  });

  it('are told by their id: a start without one says nothing of any other ping', () => {
    const { add, queue } = queueOf();
    queue.startLeft(undefined);
    expect(queue.startSent(add('a', 'success'))).toBe(false);
  });
});

describe('the bounds of a queue', () => {
  it('count pings and bytes, and give both back', () => {
    const { add, queue } = queueOf();
    const entries = ['a', 'b'].map((key) => add(key));
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    expect([queue.pings, queue.bytes]).toEqual([2, bytes]);
    for (const entry of [...entries, ...entries]) queue.remove(entry, { status: 'accepted' });
    expect([queue.pings, queue.bytes]).toEqual([0, 0]);
  });

  it('hold for bytes as they do for pings', () => {
    const { add, queue, said } = queueOf({ maxBytes: 2_000 });
    for (let index = 0; index < 100; index += 1) add(`job-${index}`, 'fail');
    expect(queue.bytes).toBeLessThanOrEqual(2_000);
    expect(queue.pings + said.length).toBe(100);
    expect(new Set(said.map((one) => one.split(' ').at(-1)))).toEqual(new Set(['queue-full']));
    expect(said[0]).toBe('job-0 fail queue-full');
  });

  it('leave half of the places to what is not on the wire, one at least', () => {
    const { queue } = queueOf({ maxPings: 10 });
    expect(queue.roomOnWire).toBe(5);
    queue.flying = 3;
    expect(queue.roomOnWire).toBe(2);
    queue.flying = 9;
    expect(queue.roomOnWire).toBe(1);
  });
});

describe('a chain', () => {
  it('that waits is ready at its time, and not by a time that it waited for before', () => {
    const { add, queue } = queueOf();
    const { chain } = add('a');
    expect(queue.next()).toBe(chain);
    queue.wait(chain, 100, 'waiting');
    queue.wait(chain, 300, 'waiting');
    expect([queue.nextDueMs, queue.hasReady]).toEqual([100, false]);
    queue.release(100);
    expect([queue.nextDueMs, queue.hasReady]).toEqual([300, false]);
    queue.release(299);
    expect(queue.hasReady).toBe(false);
    queue.release(300);
    expect([queue.nextDueMs, queue.next()]).toEqual([undefined, chain]);
  });

  it('that waits for a retry is hurried, one that waits for the limit of the service is not', () => {
    const { add, queue } = queueOf();
    const retried = add('a').chain;
    const limited = add('b').chain;
    expect([queue.next(), queue.next()]).toEqual([retried, limited]);
    queue.wait(retried, 100, 'waiting');
    queue.wait(limited, 100, 'limited');
    queue.hurry();
    expect([queue.next(), queue.next()]).toEqual([retried, undefined]);
    expect([retried.state, limited.state]).toEqual(['ready', 'limited']);
  });

  it('that waits for the id of its monitor is ready when that is known, and no other', () => {
    const { add, queue } = queueOf();
    const chains = ['a', 'b', 'c'].map((key) => add(key).chain);
    for (const _ of chains) queue.next();
    for (const chain of chains) chain.state = 'unresolved';
    (chains[2] as (typeof chains)[0]).state = 'flying';
    queue.resolved('a');
    queue.resolved('c');
    expect([queue.next(), queue.next()]).toEqual([chains[0], undefined]);
  });

  it.each([
    ['a fail', 'waiting', 'fail', true],
    ['a fail', 'limited', 'fail', true],
    ['a fail', 'unresolved', 'fail', false],
    ['a fail', 'flying', 'fail', false],
    ['the end of the run that it begins', 'waiting', 'success', true],
    ['the end of the run that it begins', 'limited', 'success', false],
    ['a log', 'waiting', 'log', false],
  ] as const)(
    'with %s at its end, while it is %s, leaves at once: %s, %s',
    (_name, state, end, ready) => {
      const { add, queue } = queueOf();
      const { chain } = add('a', 'start', 'run-1');
      queue.next();
      if (state === 'waiting' || state === 'limited') queue.wait(chain, 100, state);
      else chain.state = state;
      add('a', end, 'run-1');
      expect(queue.next() === chain).toBe(ready);
      expect(chain.urgent).toBe(end === 'fail');
    },
  );

  it('is gone with its last ping, and urgent no more', () => {
    const { add, queue } = queueOf();
    const entry = add('a', 'fail');
    queue.remove(entry, { status: 'accepted' });
    expect(queue.tidy(entry.chain)).toBe(false);
    expect(queue.chains.size).toBe(0);
    expect(entry.chain).toMatchObject({ state: 'idle', urgent: false, entries: [] });
    const next = add('a', 'success');
    expect(queue.tidy(entry.chain)).toBe(false);
    expect(queue.chains.get('a')).toBe(next.chain);
  });
});

describe('what was over the limit of the service', () => {
  it.each([
    [true, ['a success x2', 'a success coalesced']],
    [false, ['a success x2', 'a success coalesced']],
  ])('is merged when it may go (client time: %s)', (perRun, expected) => {
    const { add, queue, said } = queueOf({}, perRun);
    const first = add('a', 'success', 'run-1', 1).chain;
    add('a', 'success', 'run-2', 2);
    add('b', 'success', 'run-3', 2);
    while (queue.next() !== undefined);
    for (const chain of queue.chains.values())
      queue.wait(chain, chain === first ? 50 : 100, 'limited');
    queue.release(50);
    expect(said).toEqual(expected);
    expect(queue.pings).toBe(2);
  });
});

describe('what is left at the end of the process', () => {
  it('comes chain by chain in its order, without what is settled', () => {
    const { add, queue } = queueOf();
    add('a', 'start', 'run-1');
    const gone = add('b', 'log');
    add('a', 'success', 'run-1');
    queue.remove(gone, { status: 'accepted' });
    expect(queue.leftovers().map((entries) => entries.map(({ ping }) => ping.state))).toEqual([
      ['start', 'success'],
    ]);
  });

  it('is left as it is up to a thousand, and merged above', () => {
    for (const [count, left] of [
      [1_000, 1_000],
      [1_001, 1],
    ] as const) {
      const { add, queue } = queueOf();
      for (let index = 0; index < count; index += 1) add('a', 'success', `run-${index}`, index);
      expect(queue.leftovers()).toHaveLength(left);
    }
  });
});
