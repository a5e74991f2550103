// A monitor with the company's history, on a clock that stands still.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMonitor } from '../../packages/monitor/dist/index.js';
import { historyMs, nowMs } from './company.mjs';
import { writeHistory } from './history.mjs';

/** What moves on only while history is written: no timer of the monitor ever fires. */
const standingClock = { wallMs: () => nowMs, setTimer: () => ({}), clearTimer: () => {} };

/** Starts it. @returns its address, its store, and what ends it and takes its folder away. */
export const startCompany = async (options = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubdub-pictures-'));
  let atMs = nowMs - historyMs - 7_200_000;
  const clock = { ...standingClock, wallMs: () => atMs };
  const monitor = await startMonitor({
    port: 0,
    dataDir,
    clock,
    channels: {
      'on-call': {
        kind: 'email',
        smtpUrl: 'smtp://127.0.0.1:9',
        from: 'monitor@example.com',
        to: 'on-call@example.com',
      },
      'team-chat': { kind: 'slack', url: 'http://127.0.0.1:9/' },
    },
    ...options,
  });
  await writeHistory(monitor.store);
  atMs = nowMs;
  return {
    url: monitor.url,
    store: monitor.store,
    close: async () => {
      await monitor.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
