import { describe, expect, it } from 'vitest';
import { maxMetadataLength, serialiseMetadata } from './metadata.ts';

class Row {
  readonly name = 'row';
}

const cycle: Record<string, unknown> = { name: 'cycle' };
cycle['self'] = cycle;
const deep = (levels: number): unknown => (levels === 0 ? 'end' : { in: deep(levels - 1) });
const backAndForth = {
  toJSON(): unknown {
    return { again: backAndForth };
  },
};

describe('metadata as JSON', () => {
  it.each([
    ['a flat object', { rows: 42, ok: true, name: 'x' }, { rows: 42, ok: true, name: 'x' }],
    ['numbers that JSON lacks', { a: Number.NaN, b: -Infinity }, { a: 'NaN', b: '-Infinity' }],
    ['a BigInt', { big: 12n }, { big: '12' }],
    ['flags below', { deep: { yes: true, no: false } }, { deep: { yes: true, no: false } }],
    ['a toJSON that gives a text', { price: { toJSON: () => '1 EUR' } }, { price: '1 EUR' }],
    ['null, functions and undefined', { a: null, b: () => 1, c: undefined }, { a: null }],
    ['an array with a hole for what JSON lacks', { list: [1, () => 1] }, { list: [1, null] }],
    ['a map', { map: new Map<unknown, unknown>([[1, 'one']]) }, { map: { 1: 'one' } }],
    ['a set', { set: new Set(['a', 'b']) }, { set: ['a', 'b'] }],
    ['an error', { error: new TypeError('no') }, { error: { name: 'TypeError', message: 'no' } }],
    ['an instance of a class', new Row(), { name: 'row' }],
    ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['a cycle', cycle, { name: 'cycle', self: '[circular]' }],
    ['a toJSON that gives itself', backAndForth, { again: '[circular]' }],
    ['a list', [1, 2], { value: [1, 2] }],
    ['a text', 'half way', { value: 'half way' }],
    ['a lone surrogate', { text: 'a\ud800' }, { text: 'a\ufffd' }],
    ['a lone surrogate further in', { in: { text: '\udc00' } }, { in: { text: '\ufffd' } }],
    ['a lone surrogate in a name', { 'a\ud800': 1 }, { 'a\ufffd': 1 }],
    ['what only looks like one', { text: '\\ud800' }, { text: '\\ud800' }],
    [
      'a getter that throws',
      Object.defineProperty({ a: 1 }, 'bad', {
        enumerable: true,
        get() {
          throw new Error('no');
        },
      }),
      { a: 1, bad: '[threw]' },
    ],
  ] as const)('carries %s', (_name, value, expected) => {
    expect(JSON.parse(serialiseMetadata(value) ?? '')).toEqual(expected);
  });

  it.each([
    ['undefined', undefined],
    ['an empty object', {}],
    ['only what JSON lacks', { a: () => 1 }],
  ])('is nothing for %s', (_name, value) => {
    expect(serialiseMetadata(value)).toBeUndefined();
  });

  it('stops at sixteen levels', () => {
    expect(serialiseMetadata(deep(16))).toContain('"end"');
    expect(serialiseMetadata(deep(40))).toContain('[too deep]');
    expect(serialiseMetadata(deep(40))).not.toContain('"end"');
  });

  it('stops at twenty thousand values', () => {
    const wide = { list: Array.from({ length: 30_000 }, (_, index) => index % 10) };
    const text = serialiseMetadata(wide) ?? '';
    expect(text).toContain('[too large]');
    expect((JSON.parse(text) as typeof wide).list).toHaveLength(20_000);
  });

  it('says that it was too long instead of being cut somewhere', () => {
    const value = { list: Array.from({ length: 10 }, () => 'x'.repeat(60_000)) };
    expect(JSON.parse(serialiseMetadata(value) ?? '')).toMatchObject({ truncated: true });
    const fits = { list: Array.from({ length: 4 }, () => 'x'.repeat(60_000)) };
    expect((serialiseMetadata(fits) ?? '').length).toBeLessThanOrEqual(maxMetadataLength);
  });

  it('cuts one very long text', () => {
    expect(serialiseMetadata({ text: 'x'.repeat(100_000) })).toBe(
      JSON.stringify({ text: 'x'.repeat(65_536) }),
    );
  });

  it('says so when nothing can be read of it', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(serialiseMetadata(proxy)).toBe('{"unserialisable":true}');
  });
});
