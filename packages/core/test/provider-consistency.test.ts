import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providerEnvironments } from '../src/providers/registry.ts';
import { capabilityTable, environmentTable, everyProvider } from './provider-table.ts';

const root = join(import.meta.dirname, '../../..');
const core = join(root, 'packages/core');
const plain = (text: string): string =>
  text.replaceAll(/[ \t]+/gu, ' ').replaceAll(/-{3,}/gu, '---');

const files = readdirSync(join(core, 'src/providers'))
  .filter(
    (file) => /^[a-z][a-z-]*\.ts$/u.test(file) && !['provider.ts', 'registry.ts'].includes(file),
  )
  .map((file) => file.slice(0, -3))
  .toSorted();
const named = (folder: string, end: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(end) && file !== 'README.md')
    .map((file) => file.slice(0, -end.length))
    .toSorted();

describe('what there is of a provider', () => {
  it('is the same in files, registry, tests, vectors and documentation', () => {
    expect(providerEnvironments.map(({ name }) => name).toSorted()).toEqual(files);
    expect(
      named('packages/core/src/providers', '.test.ts').filter((name) => !name.startsWith('_')),
    ).toEqual(files);
    expect(named('packages/core/test/golden', '.json')).toEqual(files);
    expect(named('docs/providers', '.md')).toEqual(files);
  });

  it('is exported, each on its own subpath', () => {
    const manifest = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const exported = Object.keys(manifest.exports).flatMap(
      (subpath) => /^\.\/providers\/(.+)$/u.exec(subpath)?.[1] ?? [],
    );
    expect(exported.toSorted()).toEqual(files);
  });

  it('bears the name of its file', () => {
    expect(everyProvider().map(({ name }) => name)).toEqual(files);
  });

  for (const name of files) {
    it(`has no other provider in it: ${name}`, () => {
      const source = readFileSync(join(core, `src/providers/${name}.ts`), 'utf8');
      const imports = [...source.matchAll(/from '\.\/([^']+)\.ts'/gu)].map(
        ([, file]) => file ?? '',
      );
      expect(imports.filter((file) => file !== 'provider' && !file.startsWith('_'))).toEqual([]);
    });

    it(`is documented with its variables: ${name}`, () => {
      const page = readFileSync(join(root, `docs/providers/${name}.md`), 'utf8');
      expect(page).toContain(`@lubdub/core/providers/${name}`);
      const { variables = [] } = providerEnvironments.find((one) => one.name === name) ?? {};
      for (const variable of variables.filter(({ required }) => required === true))
        expect(page).toContain(variable.name);
    });
  }
});

describe('docs/providers/README.md', () => {
  const path = join(root, 'docs/providers/README.md');
  for (const [mark, table] of [
    ['capabilities', capabilityTable],
    ['environment', environmentTable],
  ] as const) {
    it(`has the generated table of ${mark}`, () => {
      const section = new RegExp(`(<!-- ${mark}: begin -->\\n)[^]*?(<!-- ${mark}: end -->)`, 'u');
      if (process.env['UPDATE_GOLDEN'] === '1') {
        const next = readFileSync(path, 'utf8').replace(
          section,
          (_, begin: string, end: string) => `${begin}\n${table()}\n\n${end}`,
        );
        writeFileSync(path, next);
      }
      const written = section.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
      expect(plain(written)).toContain(plain(table()));
    });
  }
});
