import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import type { Rolldown } from 'vite';
import { describe, expect, it } from 'vitest';
import { providerEnvironments } from '../src/providers/registry.ts';

const folder: string = join(import.meta.dirname, '../src/providers');

// What every provider shares (errors, option checks) is loaded once, however many there are.
const shared = /\/(?:_\w+|errors|provider|text)\.ts$/u;

const bundle = async (source: string, external: RegExp[]): Promise<number> => {
  const scratch = mkdtempSync(join(tmpdir(), 'lubdub-size-'));
  const entry = join(scratch, 'entry.ts');
  writeFileSync(entry, source.replaceAll("'./", `'${folder}/`));
  try {
    const result = await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: true,
        target: 'node20',
        modulePreload: false,
        rolldownOptions: {
          input: entry,
          preserveEntrySignatures: 'strict',
          external: [/^node:/u, ...external],
        },
      },
    });
    const { output } = result as unknown as { output: Rolldown.OutputChunk[] };
    return brotliCompressSync(output.map(({ code }) => code).join('')).length;
  } finally {
    rmSync(scratch, { recursive: true });
  }
};

const exportOf = (name: string): string =>
  `export { ${name.replaceAll(/-(.)/gu, (_, letter: string) => letter.toUpperCase())} } from './${name}.ts';`;

describe('the weight of a provider, minified and compressed', () => {
  it('is real: a bundle without it is empty and one with it holds its address', async () => {
    expect(await bundle('export const nothing = 1;', [])).toBeLessThan(60);
    expect(await bundle(exportOf('cronhub'), [shared])).toBeGreaterThan(150);
  });

  for (const { name } of providerEnvironments) {
    it(`of ${name} is under 1.5 kB beside what all share`, async () => {
      const size = await bundle(exportOf(name), [shared]);
      expect(size).toBeLessThan(1_500);
    });
  }

  it('of what all share is under 2.5 kB', async () => {
    const names =
      '{ checkOptions, defineProvider, readRoot, readSecret, readText, readNumber, readFlag }';
    expect(
      await bundle(`export ${names} from './_options.ts'; export * from './_answers.ts';`, []),
    ).toBeLessThan(2_500);
  });
});
