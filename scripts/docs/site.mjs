// Follows every link of the built site, the API reference included: each leads to a file that is there.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../workspace.mjs';

const site = join(root, 'docs', '.vitepress', 'dist');

const pagesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesBelow(path);
    return entry.name.endsWith('.html') ? [path] : [];
  });

/** As a server with clean URLs does: the file, the file with `.html`, the folder's index. */
const isThere = (path) =>
  (existsSync(path) && statSync(path).isFile()) ||
  existsSync(`${path}.html`) ||
  existsSync(join(path, 'index.html'));

function brokenLinks(page) {
  const hrefs = [...readFileSync(page, 'utf8').matchAll(/<a [^>]*href="([^"#?]+)/g)];
  return [...new Set(hrefs.map(([, href]) => decodeURIComponent(href)))]
    .filter((href) => !/^[a-z]+:/.test(href))
    .filter((href) => !isThere(href.startsWith('/') ? join(site, href) : join(dirname(page), href)))
    .map((href) => `${relative(site, page)}: ${href} leads nowhere`);
}

const pages = pagesBelow(site);
const problems = pages.flatMap(brokenLinks);
const linked = readFileSync(join(site, 'index.html'), 'utf8').includes('href="/api/index.html"');
if (!linked) problems.push('the site does not link the API reference');
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${problems.length} broken links`);
process.exitCode = problems.length === 0 ? 0 : 1;
