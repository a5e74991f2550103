import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact.ts';

const redacting = (...secrets: readonly string[]) => {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
};

describe('a secret', () => {
  it.each([
    ['as it is', 'the key a/b c"d&e is'],
    ['in a URL', 'https://x.example/?k=a%2Fb%20c%22d%26e'],
    ['in a form', 'k=a%2Fb+c%22d%26e'],
    ['in JSON', '{"k":"a/b c\\"d&e"}'],
    ['in other capitals', 'THE KEY A/B C"D&E'],
  ])('is masked %s', (_name, text) => {
    const masked = redacting('a/b c"d&e').text(text);
    expect(masked).toContain('[secret]');
    expect(masked.toLowerCase()).not.toMatch(/d&e|d%26e/u);
  });

  it('is masked whole where it contains another, and in texts that look like patterns', () => {
    expect(redacting('word', 'word.and.more').text('word.and.more, word-and-more')).toBe(
      '[secret], [secret]-and-more',
    );
  });

  it('is left alone where it is shorter than four characters: it would mask ordinary words', () => {
    expect(redacting('abc').text('abc')).toBe('abc');
    expect(redacting('abcd').text('abcd')).toBe('[secret]');
  });

  it('that no URL can hold is masked as it is', () => {
    expect(redacting('lone \ud800 half').text('a lone \ud800 half')).toBe('a [secret]');
  });
});

describe('data', () => {
  it('is copied with every text masked, names too, and what is no data described', () => {
    const given = {
      'a-word': ['a-word', 1, null, undefined, true],
      call: () => 1,
      deep: { in: 'x a-word' },
    };
    expect(redacting('a-word').data(given)).toEqual({
      '[secret]': ['[secret]', 1, null, undefined, true],
      call: '[function]',
      deep: { in: 'x [secret]' },
    });
  });

  it('is cut where it is too deep, as a circle is', () => {
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    const text = JSON.stringify(redacting('word').data(circle));
    expect(text).toContain('"again":"[too deep]"');
    expect(text.match(/again/gu)).toHaveLength(17);
  });
});
