import { describe, expect, it } from 'vitest';
import { randomUuid } from './uuid.ts';

describe('a random UUID', () => {
  it('has version 4, the variant of RFC 9562 and no twin', () => {
    const ids = Array.from({ length: 20_000 }, randomUuid);
    expect(new Set(ids).size).toBe(ids.length);
    const form = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u;
    expect(ids.filter((id) => !form.test(id))).toEqual([]);
  });

  it('is random in every other place', () => {
    const ids = Array.from({ length: 2_000 }, randomUuid);
    const digitsAt = (place: number): number => new Set(ids.map((id) => id[place])).size;
    const counts = Array.from({ length: 36 }, (_, place) => digitsAt(place));
    const fixed = { 8: 1, 13: 1, 14: 1, 18: 1, 19: 4, 23: 1 };
    expect(counts).toEqual(Object.assign(Array<number>(36).fill(16), fixed));
  });
});
