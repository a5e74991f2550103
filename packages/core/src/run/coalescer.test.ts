import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { Coalescer } from './coalescer.ts';

describe('the windows of a coalescer', () => {
  it('are told once, also when whoever hears of one flushes the others', () => {
    const told: string[] = [];
    const clock = createManualClock();
    const coalescer: Coalescer = new Coalescer(clock, ({ key, count }) => {
      told.push(`${key} ${count}`);
      coalescer.flush();
    });
    for (const key of ['a', 'b', 'c', 'b']) coalescer.add(key, 1, 1_000);
    coalescer.flush();
    expect(told).toEqual(['a 1', 'b 2', 'c 1']);
  });
});
