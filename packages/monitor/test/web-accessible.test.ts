import { readFileSync } from 'node:fs';

import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { findChromium, launchChromium, openPage } from './chromium.ts';
import { useMonitor } from './running-monitor.ts';
import { everyPage, hostileChannels, seedBoard, seedHostile } from './web-fixture.ts';

const hasChromium = findChromium();

const readCheck = (name: string): string => {
  const source = readFileSync(new URL(`in-page/${name}.js`, import.meta.url), 'utf8');
  return `(${source.replace('export default', '').trimEnd().replace(/;$/, '')})()`;
};

describe.skipIf(!hasChromium)('for everyone', () => {
  const fixture = useMonitor();
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** A monitor with something on every page, and those pages. */
  const startSeeded = async (): Promise<{ monitor: RunningMonitor; paths: readonly string[] }> => {
    const monitor = await fixture.start({ channels: hostileChannels });
    const nowMs = fixture.clock.wallMs();
    await seedBoard(monitor, 3, nowMs);
    const key = await seedHostile(monitor, nowMs);
    await monitor.store.setPaused('customer-report-0001', true, nowMs);
    return { monitor, paths: [...everyPage(key), '/monitors/customer-report-0000'] };
  };

  const visit = async (page: Page, path: string): Promise<void> => {
    await page.goto(path);
    await page.locator('html.scripted').waitFor();
  };

  it('nothing is unnamed, doubled or told by colour alone', async () => {
    const { monitor, paths } = await startSeeded();
    const { page, close } = await openPage(browser, monitor.url);
    for (const path of paths) {
      await visit(page, path);
      expect([path, await page.evaluate(readCheck('unnamed'))]).toEqual([path, []]);
    }
    await close();
  });

  it.each(['dark', 'light'] as const)(
    'texts stand out from what is behind them: %s',
    async (colorScheme) => {
      const { monitor, paths } = await startSeeded();
      const { page, close } = await openPage(browser, monitor.url, {
        colorScheme,
        reducedMotion: 'reduce',
      });
      for (const path of paths) {
        await visit(page, path);
        expect([path, await page.evaluate(readCheck('faint'))]).toEqual([path, []]);
      }
      await close();
    },
  );

  it.each(['dark', 'light'] as const)(
    'no rule of WCAG 2.2 A and AA is broken that axe can see: %s',
    async (colorScheme) => {
      const { monitor, paths } = await startSeeded();
      const { page, close } = await openPage(browser, monitor.url, {
        colorScheme,
        reducedMotion: 'reduce',
      });
      const found: unknown[] = [];
      for (const path of paths) {
        await visit(page, path);
        await page.evaluate(
          'for (const item of document.querySelectorAll("details")) item.open = true',
        );
        await page.evaluate(axe.source);
        const faults = await page.evaluate<readonly string[]>(readCheck('axe'));
        if (faults.length > 0) found.push([path, faults]);
      }
      expect(found).toEqual([]);
      await close();
    },
    120_000,
  );

  it.each([360, 768])('no page is wider than a screen of %d pixels', async (width) => {
    const { monitor, paths } = await startSeeded();
    const { page, close } = await openPage(browser, monitor.url, {
      viewport: { width, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    for (const path of paths) {
      await visit(page, path);
      await page.evaluate(
        'for (const item of document.querySelectorAll("details")) item.open = true',
      );
      const found = await page.evaluate('document.documentElement.scrollWidth');
      expect([path, found]).toEqual([path, width]);
      const small = await page.evaluate(readCheck('small-targets'));
      expect([path, small]).toEqual([path, []]);
    }
    await close();
  });

  it('the keyboard gets everywhere: past the menu, to the search, through the rows', async () => {
    const { monitor } = await startSeeded();
    const { page, close } = await openPage(browser, monitor.url);
    await visit(page, '/');
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate('document.activeElement?.textContent');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.waitForURL('/#main');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('New monitor');
    await page.keyboard.press('/');
    await page.keyboard.type('number 2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=number\+2/);
    expect(await page.locator('tbody tr').count()).toBe(1);
    const link = page.locator('tbody a');
    await link.focus();
    const visible = await page.evaluate(
      "getComputedStyle(document.querySelector('tbody a')).outlineStyle",
    );
    expect(visible).toBe('solid');
    await close();
  });
});
