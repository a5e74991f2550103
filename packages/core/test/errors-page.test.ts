import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorDocsUrl } from '../src/errors.ts';

const root = join(import.meta.dirname, '../../..');

const sources = (): string[] =>
  readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'src');
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/\.test(?:-d)?\.ts$/u.test(file))
        .map((file) => readFileSync(join(folder, file), 'utf8'));
    } catch {
      // A package without sources.
      return [];
    }
  });

const codes = (): string[] => {
  const found = new Set<string>();
  for (const text of sources()) {
    for (const [code] of text.matchAll(/\bERR_LUBDUB_[A-Z_]*[A-Z]\b/gu)) found.add(code);
    for (const [, code] of text.matchAll(/\bwarnOnce\(\s*'([A-Z_]+)'/gu)) found.add(String(code));
  }
  return [...found].toSorted();
};

const sections = (): { readonly code: string; readonly text: string }[] =>
  readFileSync(join(root, 'docs/errors.md'), 'utf8')
    .split(/^## /mu)
    .slice(1)
    .map((section) => ({ code: section.split('\n', 1)[0] ?? '', text: section }));

describe('the page of error codes', () => {
  it('has a section for each code in the sources, and for no other', () => {
    expect(
      sections()
        .map(({ code }) => code)
        .toSorted(),
    ).toEqual(codes());
    expect(codes().length).toBeGreaterThan(20);
  });

  it('says the cause and the mend of each', () => {
    const poor = sections().filter(
      ({ text }) => !/\*\*Cause\.\*\* .{20}/u.test(text) || !/\*\*Mend\.\*\* .{20}/u.test(text),
    );
    expect(poor.map(({ code }) => code)).toEqual([]);
  });

  it('is where errors point to', () => {
    const anchors = sections().map(({ code }) => code.toLowerCase());
    expect(errorDocsUrl('ERR_LUBDUB_CLOSED')).toMatch(/docs\/errors\.md#err_lubdub_closed$/u);
    expect(anchors).toContain('err_lubdub_closed');
  });
});
