import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, cutText, wellFormed } from './text.ts';

/** Every kind of code unit, lone surrogates and pairs included. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x20, max: 0x7f }),
      fc.integer({ min: 0x80, max: 0xffff }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.integer({ min: 0x10000, max: 0x10ffff }),
    ),
    { maxLength: 60 },
  )
  .map((points) => String.fromCodePoint(...points));
const bytesOf = (text: string): number => Buffer.byteLength(text);

describe('the length in bytes', () => {
  it('is what the text weighs in UTF-8, whatever is in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(byteLength(text)).toBe(bytesOf(text));
      }),
    );
    expect(['a', 'é', '€', '😀'].map(byteLength)).toEqual([1, 2, 3, 4]);
  });
});

describe('well-formed text', () => {
  it('is itself, and has every lone surrogate replaced where it is not', () => {
    expect(wellFormed('a😀')).toBe('a😀');
    expect(wellFormed('a\ud800b\udc00')).toBe('a\ufffdb\ufffd');
  });
});

describe('a text that is cut', () => {
  it.each([
    ['head', 'characters', 'abcdefghij', 8, 'abcde...'],
    ['tail', 'characters', 'abcdefghij', 8, '...fghij'],
    ['head', 'bytes', 'abcdefghij', 8, 'abcde...'],
    ['tail', 'bytes', 'abcdefghij', 8, '...fghij'],
    ['head', 'bytes', 'ééééé', 8, 'éé...'],
    ['tail', 'bytes', 'ééééé', 8, '...éé'],
    ['head', 'characters', 'ab😀😀😀😀', 6, 'ab...'],
    ['tail', 'characters', '😀😀😀😀ab', 6, '...ab'],
    ['tail', 'bytes', '😀😀😀', 8, '...😀'],
    ['tail', 'bytes', '€€€€', 7, '...€'],
    ['head', 'characters', 'abcdefghij', 2, 'ab'],
    ['head', 'characters', '😀😀', 3, '😀'],
    ['head', 'bytes', 'ééé', 3, 'é'],
  ] as const)('keeps the %s by %s: %s to %i is %s', (keep, unit, text, max, cut) => {
    expect(cutText(text, { keep, unit, max })).toBe(cut);
  });

  it('is the text itself when it fits exactly', () => {
    expect(cutText('abcd', { keep: 'head', unit: 'characters', max: 4 })).toBe('abcd');
    expect(cutText('éé', { keep: 'tail', unit: 'bytes', max: 4 })).toBe('éé');
  });

  it('never passes the limit, is well-formed, and keeps the end that was asked for', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom('head' as const, 'tail' as const),
        fc.constantFrom('bytes' as const, 'characters' as const),
        fc.integer({ min: 0, max: 40 }),
        (text, keep, unit, max) => {
          const cut = cutText(text, { keep, unit, max });
          expect(unit === 'bytes' ? bytesOf(cut) : cut.length).toBeLessThanOrEqual(max);
          expect(wellFormed(cut)).toBe(cut);
          const clean = wellFormed(text);
          if (cut === clean || max <= 3) return;
          expect(keep === 'head' ? cut.endsWith('...') : cut.startsWith('...')).toBe(true);
          const kept = keep === 'head' ? cut.slice(0, -3) : cut.slice(3);
          expect(keep === 'head' ? clean.startsWith(kept) : clean.endsWith(kept)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
