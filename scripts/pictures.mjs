// Takes the pictures of the documentation: the pages of a monitor with a small company's jobs, in a headless Chromium.
//
//   pnpm docs:pictures   writes docs/images/*.png; CHROMIUM_PATH says where Chromium is (default /usr/bin/chromium)
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startCompany } from './pictures/start-company.mjs';
import { root } from './workspace.mjs';

const folder = join(root, 'docs', 'images');
const mostBytes = 150_000;
const desk = { width: 1200, height: 820 };
const tall = { width: 1200, height: 1032 };
const phone = { width: 390, height: 844 };
const monitor = '/monitors/search-index?span=7d';

const pictures = [
  { name: 'board-light', path: '/', theme: 'light', viewport: desk },
  { name: 'board-dark', path: '/', theme: 'dark', viewport: desk },
  { name: 'board-phone', path: '/', theme: 'light', viewport: phone },
  { name: 'monitor-light', path: monitor, theme: 'light', viewport: tall },
  { name: 'monitor-dark', path: monitor, theme: 'dark', viewport: tall },
  { name: 'requests-light', path: '/requests?span=7d', theme: 'light', viewport: desk },
];

const take = async (browser, url, { name, path, theme, viewport }) => {
  const page = await browser.newPage({
    baseURL: url,
    viewport,
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  await page.goto(path);
  await page.locator('#live[data-on=yes]').waitFor();
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  await page.close();
  const { size } = statSync(file);
  console.log(`${name}.png ${Math.round(size / 1000)} kB`);
  if (size > mostBytes) throw new Error(`${name}.png has more than ${mostBytes / 1000} kB`);
};

mkdirSync(folder, { recursive: true });
const company = await startCompany();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
try {
  for (const picture of pictures) await take(browser, company.url, picture);
} finally {
  await browser.close();
  await company.close();
}
