import { expect, it } from 'vitest';
import { Segment } from './segment.ts';

it('knows of thousands of records which are still needed, and which it ever had', () => {
  const segment = new Segment('00000001.seg');
  const wanted: number[] = [];
  for (let seq = 70; seq < 9_000; seq += 7) {
    segment.add(seq);
    wanted.push(seq);
  }
  expect([segment.live, segment.from, segment.to]).toEqual([wanted.length, 70, wanted.at(-1)]);
  const done = wanted.filter((seq) => seq % 2 === 0);
  expect(done.map((seq) => segment.clear(seq))).toEqual(done.map(() => true));
  const found = Array.from({ length: 9_100 }, (_, seq) => seq).filter((seq) => segment.has(seq));
  expect(found).toEqual(wanted.filter((seq) => seq % 2 === 1));
  expect(segment.live).toBe(found.length);
  expect([segment.knew(70), segment.knew(71), segment.knew(20_000)]).toEqual([true, false, false]);
});

it('counts a record once, and takes none from before its first', () => {
  const segment = new Segment('00000001.seg');
  for (const seq of [10, 10, 9, 12]) segment.add(seq);
  expect([segment.live, segment.has(9), segment.clear(9)]).toEqual([2, false, false]);
  expect([segment.clear(10), segment.clear(10), segment.live]).toEqual([true, false, 1]);
});
