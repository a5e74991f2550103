import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findChromium, launchChromium, openPage } from './chromium.ts';
import { startReceiver } from './receiver.ts';
import { useMonitor } from './running-monitor.ts';

const hasChromium = findChromium();

describe.skipIf(!hasChromium)('in a real browser', () => {
  const fixture = useMonitor();
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('a maintenance window is added, changed and removed', async () => {
    const monitor = await fixture.start({
      monitors: { sync: { schedule: '0 3 * * *', timezone: 'Europe/Berlin' } },
    });
    const { page, faults, close } = await openPage(browser, monitor.url, { timezoneId: 'UTC' });
    const stored = async () => (await monitor.store.getMonitor('sync', 0))?.maintenance;
    await page.goto('/monitors/sync/edit');
    await page.getByLabel('Begins', { exact: true }).fill('2026-02-01T22:00');
    await page.getByLabel('Lasts').fill('never');
    await page.getByRole('button', { name: 'Add window' }).click();
    await page.getByRole('alert').getByText('"never" is no duration').waitFor();
    expect(await page.getByLabel('Begins', { exact: true }).inputValue()).toBe('2026-02-01T22:00');
    await page.getByLabel('Lasts').fill('2h');
    await page.getByLabel('Lasts').press('Enter');
    await page.waitForURL('/monitors/sync/edit#maintenance');
    const fromMs = Date.UTC(2026, 1, 1, 21);
    expect(await stored()).toEqual([{ kind: 'once', fromMs, toMs: fromMs + 7_200_000 }]);

    await page.getByRole('link', { name: 'Change' }).click();
    expect(await page.getByLabel('Begins', { exact: true }).inputValue()).toBe('2026-02-01T22:00');
    await page.getByLabel('Again and again').check();
    await page.getByLabel('Begins at').fill('0 22 * * 6');
    await page.getByRole('button', { name: 'Save window' }).click();
    await page.waitForURL('/monitors/sync/edit#maintenance');
    const timezone = 'Europe/Berlin';
    const again = { kind: 'cron', expression: '0 22 * * 6', timezone, durationMs: 7_200_000 };
    expect(await stored()).toEqual([again]);

    await page.getByRole('button', { name: 'Remove' }).click();
    await page.waitForURL('/monitors/sync/edit#maintenance');
    expect(await stored()).toEqual([]);

    await page.getByRole('button', { name: 'Add window' }).click();
    await page.waitForURL('/monitors/sync/edit#maintenance');
    const nowMs = fixture.clock.wallMs();
    expect(await stored()).toEqual([{ kind: 'once', fromMs: nowMs, toMs: nowMs + 3_600_000 }]);
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
    await close();
  });

  it('who is told is chosen among the channels that there are', async () => {
    const url = 'http://127.0.0.1:9/';
    const monitor = await fixture.start({
      monitors: { sync: { channels: ['gone'] } },
      channels: { ops: { kind: 'webhook', url }, chat: { kind: 'slack', url } },
    });
    const { page, close } = await openPage(browser, monitor.url);
    const told = async () => (await monitor.store.getMonitor('sync', 0))?.channels;
    await page.goto('/monitors/sync/edit');
    expect(await page.getByLabel('gone').isChecked()).toBe(true);
    await page.getByLabel('chat').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('/monitors/sync');
    expect(await told()).toEqual(['chat', 'gone']);
    await page.goto('/monitors/sync/edit');
    for (const name of ['chat', 'gone']) await page.getByLabel(name).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('/monitors/sync');
    expect(await told()).toEqual([]);
    await page.goto('/monitors/sync/edit');
    await page.getByLabel('Every channel').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('/monitors/sync');
    expect(await told()).toBeNull();
    await close();
  });

  it('channels are listed without their secrets, and tried', async () => {
    const receiver = await startReceiver();
    const monitor = await fixture.start({
      channels: {
        ops: { kind: 'webhook', url: `${receiver.url}?token=whisper`, secret: 'mumble-mumble' },
        mail: {
          kind: 'email',
          smtpUrl: 'smtp://user:murmur@127.0.0.1:9',
          from: 'monitor@example.org',
          to: ['ops@example.org', 'boss@example.org'],
        },
      },
    });
    const { page, close } = await openPage(browser, monitor.url);
    await page.goto('/alerts?view=channels');
    await page.getByText('ops@example.org, boss@example.org').waitFor();
    expect(await page.content()).not.toMatch(/whisper|mumble|murmur/);
    const test = page.getByRole('row', { name: /ops Webhook/ }).getByRole('button');
    await test.click();
    await page.getByRole('status').getByText('was taken').waitFor();
    expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { type: 'test', sentMs: fixture.clock.wallMs() },
    ]);
    receiver.answers.push(403);
    await test.click();
    await page.getByRole('alert').getByText('answered 403').waitFor();
    await receiver.close();
    await close();
  });
});
