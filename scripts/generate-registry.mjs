// Writes packages/core/src/providers/registry.ts from the providers' files; see generate-exports.mjs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const notProviders = new Set(['provider.ts', 'registry.ts', 'index.ts']);

/**
 * The providers of a folder, by file name, in alphabetical order: every `.ts` file that is no test, no part shared by
 * providers (`_name.ts`), not the interface and not the registry.
 *
 * @param {string} folder path of the folder; may be missing
 * @returns {readonly string[]} names without extension, for example `better-stack`
 */
export function providerNames(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !/^_|\.(test|test-d|bench)\.ts$/.test(file))
    .filter((file) => !notProviders.has(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
}

/** `better-stack` as the name of its export: `betterStack`. */
const exportName = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

function registrySource(folder) {
  const names = providerNames(folder).filter((name) =>
    readFileSync(join(folder, `${name}.ts`), 'utf8').includes(
      `export const ${exportName(name)}Environment`,
    ),
  );
  const imports = names.map(
    (name) => `import { ${exportName(name)}Environment } from './${name}.ts';`,
  );
  const items = names.map((name) => `  ${exportName(name)}Environment,`);
  return `// Written by "pnpm generate" from the files of this folder.
import type { ProviderEnvironment } from './_environment.ts';
${imports.join('\n')}

/** Every provider that the environment can name in \`LUBDUB_PROVIDER\`. */
export const providerEnvironments: readonly ProviderEnvironment[] = [
${items.join('\n')}
];
`;
}

/** What is left when the formatter's line breaks are taken away. */
const plain = (text) => text.replace(/[\s,]+/g, '');

/**
 * Brings the registry up to date.
 *
 * @param {string} folder the providers' folder
 * @param {boolean} check true: change nothing
 * @returns {boolean} true when the file was (or, with `check`, is) out of date
 */
export function generateRegistry(folder, check) {
  const file = join(folder, 'registry.ts');
  const source = registrySource(folder);
  if (existsSync(file) && plain(readFileSync(file, 'utf8')) === plain(source)) return false;
  if (!check) writeFileSync(file, source);
  return true;
}
