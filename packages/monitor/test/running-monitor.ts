import { afterEach, beforeEach } from 'vitest';

import type { MonitorOptions, RunningMonitor } from '../src/index.ts';
import { startMonitor } from '../src/index.ts';
import { createFolder } from './databases.ts';
import type { TestClock } from './manual-clock.ts';
import { createTestClock } from './manual-clock.ts';

/** A monitor that is started afresh for each test. */
export interface MonitorFixture {
  readonly clock: TestClock;
  readonly dataDir: string;
  /** Starts a monitor on a free port, on this test's folder and clock. */
  start(options?: MonitorOptions): Promise<RunningMonitor>;
}

/** Gives each test a folder and a clock, and ends the monitors that it started. */
export const useMonitor = (): MonitorFixture => {
  let folder: ReturnType<typeof createFolder>;
  let clock: TestClock;
  let running: RunningMonitor[];
  beforeEach(() => {
    folder = createFolder();
    clock = createTestClock();
    running = [];
  });
  afterEach(async () => {
    for (const monitor of running) await monitor.close();
    await folder.remove();
  });
  return {
    get clock() {
      return clock;
    },
    get dataDir() {
      return folder.options.dataDir;
    },
    start: async (options = {}) => {
      const monitor = await startMonitor({
        port: 0,
        dataDir: folder.options.dataDir,
        clock,
        ...options,
      });
      running.push(monitor);
      return monitor;
    },
  };
};

/** A request with JSON. */
export const postJson = (
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Response> =>
  fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
