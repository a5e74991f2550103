import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createApiKey } from '../src/access/api-keys.ts';
import type { RunningMonitor } from '../src/index.ts';
import { findChromium, launchChromium, openPage } from './chromium.ts';
import { startForwarder } from './forwarder.ts';
import { postJson, useMonitor } from './running-monitor.ts';
import { adminKey, everyPage, hostileChannels, seedBoard, seedHostile } from './web-fixture.ts';

const hasChromium = findChromium();

describe.skipIf(!hasChromium)('in a real browser', () => {
  const fixture = useMonitor();
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const ping = (monitor: RunningMonitor, fields: object) =>
    postJson(`${monitor.url}/api/v1/pings`, {
      pings: [{ id: crypto.randomUUID(), key: 'sync', state: 'success', ...fields }],
    });

  it('nothing hostile runs, breaks a page or calls another host, on any page', async () => {
    const monitor = await fixture.start({ adminKey, channels: hostileChannels });
    const key = await seedHostile(monitor, fixture.clock.wallMs());
    const { page, faults, foreign, close } = await openPage(browser, monitor.url);
    await page.goto('/login');
    await page.getByLabel('API key').fill(adminKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('/');
    for (const path of everyPage(key)) {
      await page.goto(path);
      await page.locator('html.scripted').waitFor();
      await page.evaluate(
        'for (const item of document.querySelectorAll("details")) item.open = true',
      );
      const tips = await page.locator('[data-tip]').all();
      await tips[0]?.hover({ force: true });
      const found = await page.evaluate(
        "['pwned' in window, 'polluted' in {}, document.querySelectorAll('main img, main script, main iframe').length]",
      );
      expect([path, found]).toEqual([path, [false, false, 0]]);
    }
    // the last page is one that is not there, and its status is an error to the console
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('a ping shows at once, without loading the page again, and is announced', async () => {
    const monitor = await fixture.start({ monitors: { sync: { intervalMs: 60_000 }, other: {} } });
    const { page, faults, close } = await openPage(browser, monitor.url);
    await page.goto('/');
    await page.locator('#live[data-on=yes]').waitFor();
    await page.evaluate('window.stayed = true');
    const link = page.getByRole('link', { name: 'sync' });
    await link.focus();
    await ping(monitor, { durationMs: 1234 });
    await fixture.clock.advance(1000);
    const row = page.getByRole('row').filter({ has: link });
    await row.getByText('Up', { exact: true }).waitFor();
    await page.locator('#news', { hasText: 'sync is up' }).waitFor({ state: 'attached' });
    expect(await row.getByRole('img').getAttribute('aria-label')).toContain('took 1.2 s');
    expect(await page.evaluate("'stayed' in window")).toBe(true);
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('sync');

    await fixture.clock.advance(121_000);
    await page.getByRole('heading', { name: '1 monitor is failing' }).waitFor();
    await page.getByText('no heartbeat received within 1 minute + 1 minute').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('an open ping stays open when news come, and shows its metadata', async () => {
    const monitor = await fixture.start({ monitors: { sync: {} } });
    await ping(monitor, { message: 'first', metadata: { rows: 42, nested: { deep: true } } });
    const { page, close } = await openPage(browser, monitor.url);
    await page.goto('/monitors/sync/pings');
    await page.locator('#live[data-on=yes]').waitFor();
    await page.locator('summary').first().press('Enter');
    await page.getByText('"rows": 42').waitFor();
    await ping(monitor, { message: 'second' });
    await fixture.clock.advance(1000);
    await page.locator('summary', { hasText: 'second' }).waitFor();
    expect(await page.getByText('"deep": true').isVisible()).toBe(true);
    await close();
  });

  it('says that the monitor cannot be reached, and catches up when it can', async () => {
    const forwarder = await startForwarder();
    const monitor = await fixture.start({ monitors: { sync: {} } });
    forwarder.lead(monitor.port);
    const { page, close } = await openPage(browser, forwarder.url);
    await page.goto('/');
    await page.locator('#live[data-on=yes]').waitFor();
    forwarder.lead();
    await monitor.close();
    await page.getByText('Reconnecting').waitFor();
    const again = await fixture.start();
    forwarder.lead(again.port);
    await ping(again, {});
    await page.locator('#live[data-on=yes]').waitFor();
    const state = page.getByRole('row', { name: /sync/ }).getByText('Up', { exact: true });
    await state.waitFor();
    expect(await state.isVisible()).toBe(true);
    await close();
    await forwarder.close();
  });

  it('a page whose session has ended leads to the sign-in, and back', async () => {
    const monitor = await fixture.start({ adminKey, evaluateEveryMs: 60_000 });
    const { secret, key } = await createApiKey(monitor.store, 'wall', 'read', 0);
    const { page, close } = await openPage(browser, monitor.url);
    await page.goto('/alerts');
    await page.getByLabel('API key').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#live[data-on=yes]').waitFor();
    await monitor.store.deleteApiKey(key.id);
    await fixture.clock.advance(16 * 60_000);
    await page.waitForURL('/login?next=%2Falerts');
    await page.getByLabel('API key').fill(adminKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('/alerts');
    expect(await page.getByRole('heading', { name: 'Alerts' }).isVisible()).toBe(true);
    await close();
  });

  it('a monitor is created, changed, paused, resumed and deleted by keyboard alone', async () => {
    const monitor = await fixture.start({ adminKey });
    const { page, faults, close } = await openPage(browser, monitor.url);
    const { keyboard } = page;
    await page.goto('/new');
    await page.locator('#key:focus').waitFor();
    await keyboard.type(adminKey);
    await keyboard.press('Enter');
    await page.waitForURL('/new');
    await page.getByLabel('Key', { exact: true }).focus();
    await keyboard.type('nightly-backup');
    await keyboard.press('Tab');
    await keyboard.type('Nightly backup');
    await keyboard.press('Tab');
    await keyboard.press('ArrowDown');
    await keyboard.press('Tab');
    await keyboard.type('0 3 * *');
    await keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.locator('#faults:focus').waitFor();
    const expression = page.getByLabel('Cron expression', { exact: true });
    expect(await expression.getAttribute('aria-invalid')).toBe('true');
    await expression.focus();
    await keyboard.press('End');
    await keyboard.type(' *');
    await keyboard.press('Enter');
    await page.waitForURL('/monitors/nightly-backup/setup');

    await page.getByRole('link', { name: 'Edit' }).press('Enter');
    await page.getByLabel('Grace').fill('2h 30m');
    await page.getByLabel('Grace').press('Enter');
    await page.waitForURL('/monitors/nightly-backup');
    const made = await monitor.store.getMonitor('nightly-backup', fixture.clock.wallMs());
    expect(made).toMatchObject({
      name: 'Nightly backup',
      graceMs: 9_000_000,
      schedule: { kind: 'cron', expression: '0 3 * * *', timezone: 'UTC' },
    });

    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await page.getByText('Paused: nothing is judged').waitFor();
    await page.getByRole('button', { name: 'Resume' }).press('Enter');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.goto('/monitors/nightly-backup/edit');
    await page.getByText('Delete …').press('Enter');
    await page.getByRole('button', { name: 'Delete nightly-backup for good' }).press('Enter');
    await page.waitForURL('/');
    await page.getByRole('heading', { name: 'Nothing is watched yet' }).waitFor();
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
    await close();
  });

  it('the grace of new monitors is chosen once, and a key is made, shown once and taken back', async () => {
    const monitor = await fixture.start();
    const { page, close } = await openPage(browser, monitor.url);
    await page.goto('/settings');
    await page.getByLabel('How late a beat may be').fill('7m');
    const saved = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Save' }).click();
    await saved;
    await page.goto('/new');
    expect(await page.getByLabel('Grace').inputValue()).toBe('7m');
    await page.goto('/settings');
    await page.getByLabel('Name').fill('backup server');
    await page.getByRole('button', { name: 'Create key' }).click();
    expect(await page.locator('#made-key').textContent()).toMatch(/^ld_ping_[0-9a-f]{12}_/);
    await page.goto('/settings');
    expect(await page.content()).not.toContain('ld_ping_');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No key yet').waitFor();
    await close();
  });

  it('ids, keys and snippets are copied', async () => {
    const monitor = await fixture.start({ monitors: { sync: {} } });
    const { page, close } = await openPage(browser, monitor.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.goto('/monitors/sync/setup');
    const copied = async (what: string): Promise<string> => {
      const button = page.getByRole('button', { name: `Copy ${what}`, exact: true });
      // What it says goes back after two seconds, so it is noted when it comes.
      await page.evaluate(
        `window.said = new Promise((resolve) => new MutationObserver((changes) => {
          for (const { target } of changes)
            if (target.textContent !== 'Copy' && target.matches('[data-copy]')) resolve(target.textContent);
        }).observe(document.body, { childList: true, subtree: true })); true`,
      );
      await button.click();
      expect(await page.evaluate('window.said')).toBe('Copied');
      return page.evaluate<string>('navigator.clipboard.readText()');
    };
    const made = await monitor.store.getMonitor('sync', 0);
    expect(await copied('key')).toBe('sync');
    expect(await copied('id')).toBe(made?.id);
    expect(await copied('ping address')).toBe(`${monitor.url}/ping/${made?.pingToken}`);
    for (const name of ['Express', 'Fastify', 'NestJS', 'BullMQ', 'Plain Node']) {
      expect(await copied(`${name} snippet`)).toContain("'sync'");
    }
    expect(await copied('curl snippet')).toContain(`/ping/${made?.pingToken}`);
    await close();
  });

  it('dark and light follow the system until one is chosen, which lasts', async () => {
    const monitor = await fixture.start();
    const { page, close } = await openPage(browser, monitor.url, { colorScheme: 'dark' });
    const back = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.goto('/');
    const dark = await back();
    await page.getByRole('button', { name: 'Switch between dark and light' }).press('Enter');
    const light = await back();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await back()).toBe(light);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await close();
  });

  it('everything but news works without scripts', async () => {
    const monitor = await fixture.start({ adminKey });
    const { page, close } = await openPage(browser, monitor.url, { javaScriptEnabled: false });
    await page.goto('/new');
    await page.getByLabel('API key').fill(adminKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Key', { exact: true }).fill('sync');
    await page.getByRole('button', { name: 'Create monitor' }).click();
    await page.getByRole('link', { name: 'Board' }).first().click();
    await page.getByRole('row', { name: /sync/ }).getByText('New', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await close();
  });

  it('100 monitors are painted with less than 200 kB in all', async () => {
    const monitor = await fixture.start();
    await seedBoard(monitor, 101, fixture.clock.wallMs());
    const { page, foreign, close } = await openPage(browser, monitor.url);
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      if (request.url().endsWith('/live')) return;
      sizes.push(request.sizes().then((size) => size.responseBodySize + size.responseHeadersSize));
    });
    await page.goto('/', { waitUntil: 'load' });
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(await page.getByRole('row').count()).toBeGreaterThanOrEqual(101);
    expect(total).toBeGreaterThan(1000);
    expect(total).toBeLessThan(200_000);
    expect(foreign).toEqual([]);
    await close();
  });
});
