// The Markdown pages of the repository and the code blocks in them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from '../workspace.mjs';

const skipped = new Set(['node_modules', '.vitepress', '.blocks', 'dist', 'api', 'images']);

function pagesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/**
 * Every page that people read, as paths from the root: README, CONTRIBUTING, docs, the packages' READMEs, the examples.
 *
 * @returns {string[]}
 */
export function pages() {
  const packages = readdirSync(join(root, 'packages')).map((name) =>
    join('packages', name, 'README.md'),
  );
  const all = [
    'README.md',
    'CONTRIBUTING.md',
    join('examples', 'README.md'),
    ...packages,
    ...pagesBelow('docs'),
  ];
  return all.filter((path) => text(path) !== undefined).map((path) => path.split(sep).join('/'));
}

/**
 * @param {string} page a path from the root
 * @returns {string | undefined} its text, undefined when there is no such file
 */
export function text(page) {
  try {
    return readFileSync(join(root, page), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @typedef {{ page: string, line: number, language: string, flags: string[], code: string[] }} Block
 * `line` is the number of the first line of code, from 1; `flags` are the words after the language.
 */

/**
 * The fenced blocks of a page, in order; the indentation of the fence is taken off.
 *
 * @param {string} page a path from the root
 * @returns {Block[]}
 */
export function blocksOf(page) {
  const blocks = [];
  let open;
  (text(page) ?? '').split('\n').forEach((line, index) => {
    const fence = /^(\s*)```\s*(.*)$/.exec(line);
    if (open !== undefined && fence !== null && fence[2] === '') {
      blocks.push(open.block);
      open = undefined;
    } else if (open !== undefined) {
      open.block.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (fence !== null) {
      const [language = '', ...flags] = fence[2].trim().split(/\s+/);
      open = { indent: fence[1], block: { page, line: index + 2, language, flags, code: [] } };
    }
  });
  if (open !== undefined) throw new Error(`${page}:${open.block.line} the block is never closed`);
  return blocks;
}

/** @param {string} page @returns {string} the page as a file name */
export const fileNameOf = (page) => relative('', page).replaceAll(/[^\w-]+/g, '_');
