// Writes the blocks as files, each line at the line number it has on its page, compiles them in one run of tsc, and runs those
// that are marked to be run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../workspace.mjs';
import { ambientFor } from './ambient.mjs';
import { blocksOf, fileNameOf, pages } from './pages.mjs';

const folder = join(root, 'docs', '.blocks');
const extensions = { ts: 'mts', typescript: 'mts', js: 'mjs', javascript: 'mjs' };
const importLine = /^import\s[^;]*?from\s+'[^']+';?$/gm;

const importedNames = (statement) =>
  [
    ...statement
      .replace(/from\s+'.*$/s, '')
      .matchAll(/\b(?!import\b|type\b|as\b)([\w$]+)(?=\s*[,}]|\s*$|\s+from)/g),
  ].map(([, name]) => name);

const typesOnly = new Set(['ts', 'typescript']);

/** Imports of earlier blocks of the page that this one uses without repeating them. */
function carriedImports(code, earlier) {
  const own = new Set((code.match(importLine) ?? []).flatMap(importedNames));
  const carried = new Map();
  for (const statement of earlier) {
    for (const name of importedNames(statement)) {
      const declared = new RegExp(`(?:const|let|function|class)\\s+${name}\\b`).test(code);
      if (own.has(name) || declared || !new RegExp(`(?<![.\\w$])${name}\\b`).test(code)) continue;
      carried.set(name, statement.replaceAll(/\s*\n\s*/g, ' '));
    }
  }
  return [...new Set(carried.values())].filter(
    (statement) => !importedNames(statement).some((name) => own.has(name)),
  );
}

function moduleOf(block, earlier) {
  const lines = block.code.join('\n');
  // `ts member`: a part of a class
  const code = block.flags.includes('member') ? `class Fragment { ${lines}\n}` : lines;
  const commonJs = /\brequire\(/.test(code) && !/^import\s/m.test(code);
  const carried = commonJs ? [] : carriedImports(code, earlier);
  const ambient = typesOnly.has(block.language)
    ? ambientFor(block.page, [...carried, code].join('\n'))
    : javascriptAmbient(block.page, [...carried, code].join('\n'));
  const extension = commonJs
    ? extensions[block.language].replace('m', 'c')
    : extensions[block.language];
  const head = `${carried.join(' ')} ${ambient}`.trim();
  return {
    extension,
    text: `${head}${'\n'.repeat(block.line - 1)}${code}\n`,
    imports: code.match(importLine) ?? [],
  };
}

/** JavaScript has no `declare`: the same names with their types in a comment. */
const javascriptAmbient = (page, code) =>
  ambientFor(page, code).replaceAll(
    /declare const (\w+): (.*?);(?= declare|$)/g,
    (_, name, type) =>
      `const ${name} = /** @type {${type}} */ (/** @type {unknown} */ (undefined));`,
  );

/**
 * The compiled blocks, written to `docs/.blocks`.
 *
 * @returns {{ block: import('./pages.mjs').Block, file: string }[]}
 */
export function writeBlocks() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const written = [];
  for (const page of pages()) {
    const earlier = [];
    blocksOf(page).forEach((block) => {
      if (extensions[block.language] === undefined) return;
      const { extension, text, imports } = moduleOf(block, earlier);
      earlier.push(...imports);
      const file = `${fileNameOf(page)}-${block.line}.${extension}`;
      writeFileSync(join(folder, file), text);
      written.push({ block, file });
    });
  }
  writeFileSync(join(folder, 'others.d.ts'), others);
  writeFileSync(join(folder, 'tsconfig.json'), `${JSON.stringify(configuration, undefined, 2)}\n`);
  return written;
}

/** Clients of others that the migration pages show as they were before; they are not installed here. */
const others = "declare module 'cronitor';\ndeclare module '@sentry/node';\n";

const configuration = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    allowJs: true,
    checkJs: true,
    noImplicitAny: false,
    declaration: false,
    isolatedDeclarations: false,
    verbatimModuleSyntax: false,
    noPropertyAccessFromIndexSignature: false,
    experimentalDecorators: true,
    lib: ['esnext', 'dom'],
    types: ['node'],
  },
  include: ['*.mts', '*.cts', '*.mjs', '*.cjs', 'others.d.ts'],
};

/**
 * Compiles what `writeBlocks` wrote.
 *
 * @returns {Promise<string[]>} one line per error, with page and line
 */
export async function compileBlocks(written) {
  const { ok, output } = await run('tsc --noEmit --pretty false -p docs/.blocks/tsconfig.json', {
    quiet: true,
  });
  const errors = output
    .split('\n')
    // the sources that a block imports have their own settings, and a step of their own
    .filter((line) => /error TS\d+/.test(line) && !line.startsWith('packages/'))
    .map((line) => {
      const found = written.find(({ file }) => line.includes(file));
      return found === undefined
        ? line
        : line.replace(/^\S*?\((\d+),\d+\)/, `${found.block.page}:$1`);
    });
  return ok || errors.length > 0 || /error TS\d+/.test(output) ? errors : [output];
}
