import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Html, html } from './html.ts';

describe('a template', () => {
  it('escapes every value between tags and in attributes', () => {
    const value = `"><script>alert('1')</script>&`;
    expect(String(html`<a title="${value}">${value}</a>`)).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</a>',
    );
  });

  it('lets no text bring in markup of its own', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const inner = String(html`<p title="${text}">${text}</p>`)
          .replace('<p title="', '')
          .replace('</p>', '');
        expect(inner.replace('">', '')).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('takes templates in templates and lists of them as they are', () => {
    const items = ['a', '<b>'].map((item) => Html.of(['<li>', '</li>'], [item]));
    expect(String(Html.of(['<ul>', '</ul>'], [items]))).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>',
    );
  });

  it('writes nothing for what is not there, and 0 for zero', () => {
    expect(String(html`${null}${undefined}${false}${0}`)).toBe('0');
  });

  it('does not take an object from outside for markup', () => {
    const forged = JSON.parse('{"markup":"<script>"}') as Html;
    expect(() => String(html`${forged}`)).toThrow(TypeError);
    expect(forged).not.toBeInstanceOf(Html);
  });

  it('keeps line ends and drops indentation, but not that of a value', () => {
    expect(String(Html.of(['<p>\n    ', '\n  </p>'], ['a\n  b']))).toBe('<p>\na\n  b\n</p>');
  });
});
