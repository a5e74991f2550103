import { existsSync } from 'node:fs';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where Chromium is looked for; `CHROMIUM_PATH` says another place. */
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** True where there is a Chromium. With `CI=true` its absence is an error instead. */
export const findChromium = (): boolean => {
  if (existsSync(executablePath)) return true;
  if (process.env['CI'] === 'true') {
    throw new Error(`no Chromium at ${executablePath}; set CHROMIUM_PATH or install chromium`);
  }
  return false;
};

/** Bound for what never comes, milliseconds; below the limit of a test, so that the failure says what was waited for. */
const patienceMs = 90_000;

/** Starts a headless Chromium that speaks to nobody but the pages it is sent to. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A page and what it did that it should not have done. */
export interface WatchedPage {
  readonly page: Page;
  /** Script errors, refused content and console errors. */
  readonly faults: string[];
  /** Addresses outside of the monitor that it asked for. */
  readonly foreign: string[];
  readonly close: () => Promise<void>;
}

/** Opens a page in a profile of its own. */
export const openPage = async (
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> => {
  const context = await browser.newContext({ baseURL, ...options });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const faults: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(baseURL).origin) foreign.push(request.url());
  });
  return { page, faults, foreign, close: () => context.close() };
};
