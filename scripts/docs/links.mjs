// Links between the pages, and from them into the repository: the file is there, and so is the heading.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../workspace.mjs';
import { pages, text } from './pages.mjs';

/** The heading's anchor as GitHub and VitePress make it, for the plain headings that we write. */
const anchorOf = (heading) =>
  heading
    .replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const withoutCode = (markdown) => markdown.replaceAll(/^(\s*)```[\s\S]*?^\s*```\s*$/gm, '');

const anchorsOf = (page) =>
  new Set(
    [...withoutCode(text(page) ?? '').matchAll(/^#{1,6}\s+(.*)$/gm)].map(([, title]) =>
      anchorOf(title),
    ),
  );

function problemOf(page, target) {
  const [path, anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (!existsSync(join(root, file))) return `${page}: ${target} leads nowhere`;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : `${page}: no heading for ${target}`;
}

/** @returns {string[]} one line per link that leads nowhere */
export function checkLinks() {
  return pages().flatMap((page) =>
    [...withoutCode(text(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^(?:[a-z]+:|\/)/.test(target))
      .map((target) => problemOf(page, target))
      .filter((problem) => problem !== undefined),
  );
}
