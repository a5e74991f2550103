import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';
import { DueHeap } from './heap.ts';

describe('a line', () => {
  it('does what a list does, whatever is done to it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ act: fc.constant('push' as const), item: fc.integer() }),
            fc.record({ act: fc.constant('unshift' as const), item: fc.integer() }),
            fc.record({
              act: fc.constantFrom('shift' as const, 'keep' as const),
              item: fc.integer(),
            }),
          ),
          { maxLength: 200 },
        ),
        (acts) => {
          const line = new Fifo<number>();
          const pairs: [unknown, unknown][] = [];
          let model: number[] = [];
          for (const { act, item } of acts) {
            if (act === 'push') {
              line.push(item);
              model.push(item);
            } else if (act === 'unshift') {
              line.unshift(item);
              model.unshift(item);
            } else if (act === 'shift') pairs.push([line.shift(), model.shift()]);
            else {
              line.keep((one) => one % 2 === 0);
              model = model.filter((one) => one % 2 === 0);
            }
            pairs.push([line.size, model.length]);
          }
          expect(pairs.map(([seen]) => seen)).toEqual(pairs.map(([, wanted]) => wanted));
          const rest = Array.from(model, () => line.shift());
          expect([rest, line.shift(), line.size]).toEqual([model, undefined, 0]);
        },
      ),
    );
  });

  it('keeps its order through thousands, taken out while others come in', () => {
    const line = new Fifo<number>();
    const taken: unknown[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      line.push(index);
      if (index % 3 !== 0) taken.push(line.shift());
    }
    while (line.size > 0) taken.push(line.shift());
    expect(taken).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });
});

describe('what waits for its time', () => {
  it('comes out by its time, and never before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 })),
        fc.integer({ min: 0, max: 50 }),
        (times, nowMs) => {
          const heap = new DueHeap<number>();
          for (const dueMs of times) heap.push(dueMs, dueMs);
          const sorted = times.toSorted((one, other) => one - other);
          expect([heap.size, heap.nextMs]).toEqual([times.length, sorted[0]]);
          const due = sorted.filter((dueMs) => dueMs <= nowMs);
          expect(due.map(() => heap.popDue(nowMs))).toEqual(due);
          expect(heap.popDue(nowMs)).toBeUndefined();
          expect([heap.size, heap.nextMs]).toEqual([times.length - due.length, sorted[due.length]]);
        },
      ),
    );
  });
});
