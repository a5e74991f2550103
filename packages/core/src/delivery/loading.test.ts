import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { PingRecord } from '../ping/record.ts';
import type { ProviderBatch } from '../providers/provider.ts';
import { ChainQueue, defaultQueue } from './chain-queue.ts';
import type { Clearance, Permission } from './clearance.ts';
import type { Chain, Entry } from './entry.ts';
import { load } from './loading.ts';

interface Given {
  readonly batch?: Pick<ProviderBatch, 'maxPings' | 'maxBytes'>;
  readonly ask?: (chain: Chain, joining: boolean) => Permission;
}

/** JSON around a ping, as it is estimated. */
const framing = 200;

const setUp = ({ batch, ask = () => 'leave' }: Given = {}) => {
  const asked: string[] = [];
  const queue = new ChainQueue(
    { ...defaultQueue },
    true,
    () => undefined,
    () => undefined,
  );
  const clearance = {
    ask(chain: Chain, _nowMs: number, joining: boolean) {
      asked.push(`${chain.key}${joining ? ' joins' : ''}`);
      return ask(chain, joining);
    },
    verdict: () => undefined,
  } as unknown as Clearance;
  const provider = plainProvider(
    {},
    batch === undefined
      ? {}
      : {
          batch: {
            ...batch,
            toRequest: () => ({ method: 'POST', url: 'https://plain.example/' }),
            interpret: () => [],
          },
        },
  );
  const add = (key: string, text = ''): Entry =>
    queue.add(new PingRecord(key, 'log', 0, { message: text }), undefined, 0, 1e9);
  const next = (batchLimit = Number.POSITIVE_INFINITY) => {
    const { entries, waitMs } = load(queue, clearance, provider, batchLimit, 0);
    return [entries.map(({ ping }) => ping.key).join(''), waitMs];
  };
  return { queue, asked, add, next };
};

describe('the load of a request', () => {
  it('is one ping where the service takes no batches', () => {
    const { add, next, queue } = setUp();
    const { chain } = add('a');
    add('a');
    add('b');
    expect(next()).toEqual(['a', undefined]);
    expect(chain.state).toBe('flying');
    expect(next()).toEqual(['b', undefined]);
    expect([next(), queue.hasReady]).toEqual([['', undefined], false]);
  });

  it('is as many as fit by count, of the service, of the last refusal and of what may fly', () => {
    const batch = { maxPings: 3, maxBytes: 1e6 };
    for (const [limit, flying, expected] of [
      [Number.POSITIVE_INFINITY, 0, 'aab'],
      [2, 0, 'aa'],
      [Number.POSITIVE_INFINITY, 4_999, 'a'],
    ] as const) {
      const { add, next, queue } = setUp({ batch });
      for (const key of ['a', 'a', 'b', 'c']) add(key);
      queue.flying = flying;
      expect(next(limit)).toEqual([expected, undefined]);
    }
  });

  it.each([
    [0, 'abc'],
    [-1, 'ab'],
  ])('is as many as fill nine tenths of its bytes, and %i', (more, expected) => {
    const weight = new PingRecord('a', 'log', 0, { message: 'x' }).bytes + framing;
    const maxBytes = (weight * 3 + more) / 0.9;
    const { add, next } = setUp({ batch: { maxPings: 10, maxBytes } });
    for (const key of ['a', 'b', 'c', 'd']) add(key, 'x');
    expect(next()[0]).toBe(expected);
  });

  it('is one alone that is larger than that, and what did not fit goes first the next time', () => {
    const { add, next, asked } = setUp({ batch: { maxPings: 10, maxBytes: 2_000 } });
    add('a');
    add('b', 'x'.repeat(5_000));
    add('c');
    expect([next()[0], next()[0], next()[0]]).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['a', 'b joins', 'b', 'c']);
  });

  it('passes over what may leave later only', () => {
    const { add, next, asked } = setUp({
      batch: { maxPings: 10, maxBytes: 1e6 },
      ask: ({ key }) => (key === 'b' ? 'later' : 'leave'),
    });
    for (const key of ['a', 'b', 'c']) add(key);
    expect(next()).toEqual(['ac', undefined]);
    expect(asked).toEqual(['a', 'b joins', 'c joins']);
  });

  it('is nothing while the service has to be left alone, and the order stays', () => {
    let waitMs = 70;
    const { add, next } = setUp({ ask: () => (waitMs > 0 ? { waitMs } : 'leave') });
    for (const key of ['a', 'b']) add(key);
    expect(next()).toEqual(['', 70]);
    waitMs = 0;
    expect([next()[0], next()[0]]).toEqual(['a', 'b']);
  });
});
