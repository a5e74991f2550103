import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder: string = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
  string,
  Record<string, string> | undefined
>;

/** Where every import, export and require of the sources leads, tests left out. */
const specifiers = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(?:test|bench|test-d)\.ts$/u.test(file))
  .flatMap((file) =>
    [
      ...readFileSync(join(folder, 'src', file), 'utf8').matchAll(
        /^(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\b(?:import|require|getBuiltinModule)\(\s*'([^']+)'/gmu,
      ),
    ].map(([, from, bare, called]) => ({ file, specifier: from ?? bare ?? called ?? '' })),
  );

describe('what core depends on at run time', () => {
  it('is nothing that a package manager would install', () => {
    expect({
      ...manifest['dependencies'],
      ...manifest['optionalDependencies'],
      ...manifest['peerDependencies'],
    }).toEqual({});
  });

  it('is its own files and the modules of Node', () => {
    expect(specifiers.length).toBeGreaterThan(200);
    const foreign = specifiers.filter(({ specifier }) => !/^(?:\.\.?\/|node:)/u.test(specifier));
    expect(foreign).toEqual([]);
  });

  it('is installed without running anything', () => {
    const scripts = Object.keys(manifest['scripts'] ?? {});
    expect(scripts.filter((name) => /^(?:pre|post)?install$|^prepare$/u.test(name))).toEqual([]);
  });
});
