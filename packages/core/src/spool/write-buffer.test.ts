import { expect, it } from 'vitest';
import { encodeLine } from './format.ts';
import type { SpoolItem } from './spool-item.ts';
import { WriteBuffer } from './write-buffer.ts';

const item = (text: string): SpoolItem =>
  ({ replaces: undefined, text: (seq) => `${text} ${seq}\n` }) as SpoolItem;

it('writes ends at once without the records that wait for their window, which may end before it', () => {
  const buffer = new WriteBuffer();
  const first = buffer.push(item('first'));
  expect(buffer.take(false)?.text).toBe('first 0\n');
  const second = buffer.push(item('second'));
  buffer.end(first);
  expect(buffer.hasEnds).toBe(true);
  expect(buffer.takeEnds(false).text).toBe(encodeLine({ t: 'a', a: [first] }));
  expect([buffer.hasEnds, buffer.taken(second), buffer.empty]).toEqual([false, false, false]);
  buffer.forget(second);
  expect(buffer.empty).toBe(true);
  expect(buffer.take(false)).toBeUndefined();
});

it('puts ends back that could not be written, before those that came meanwhile', () => {
  const buffer = new WriteBuffer();
  for (const name of ['first', 'second']) buffer.push(item(name));
  buffer.take(false);
  buffer.end(0);
  const chunk = buffer.takeEnds(true);
  expect(chunk.text).toBe(`\n${encodeLine({ t: 'a', a: [0] })}`);
  const third = buffer.push(item('third'));
  buffer.end(1);
  buffer.restore(chunk);
  expect(buffer.takeEnds(false).text).toBe(encodeLine({ t: 'a', a: [0, 1] }));
  expect(buffer.take(false)?.text).toBe(`third ${third}\n`);
});

it('is full when more wait than one write takes, not counting those that have ended', () => {
  const buffer = new WriteBuffer();
  for (let index = 0; index < 1_001; index += 1) buffer.push(item('one'));
  expect(buffer.full).toBe(true);
  buffer.forget(500);
  buffer.forget(500);
  expect(buffer.full).toBe(false);
});

it('writes what is too large for one write in several, the ends with the last', () => {
  const buffer = new WriteBuffer();
  const large = 'x'.repeat(100_000);
  const seqs = Array.from({ length: 7 }, () => buffer.push(item(large)));
  buffer.end(99);
  const chunks = [buffer.take(false), buffer.take(false), buffer.take(false)];
  expect(chunks.map((chunk) => [chunk?.from, chunk?.items.length, chunk?.acks])).toEqual([
    [0, 3, []],
    [3, 3, []],
    [6, 1, [99]],
  ]);
  expect(seqs.map((seq) => buffer.taken(seq))).toEqual(Array(7).fill(true));
  expect([buffer.take(false), buffer.from]).toEqual([undefined, 7]);
});

it('forgets the oldest when too many wait, and names those that somebody needs', () => {
  const buffer = new WriteBuffer();
  for (let index = 0; index < 5; index += 1) buffer.push(item('one'));
  buffer.forget(1);
  expect(buffer.trim(2)).toEqual([0, 2]);
  expect(buffer.trim(10)).toEqual([]);
  expect(buffer.take(false)?.text).toBe('one 3\none 4\n');
});
