import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPingServer, type PingServer } from '../src/testing/index.ts';
import { patienceMs, runChild } from './support/child.ts';

describe('a process that does little', () => {
  let server: PingServer;
  beforeEach(async () => {
    server = await startPingServer();
  });
  afterEach(() => server.close());

  it('sends the pings of a run at once, though its next timer is far away', async () => {
    const script = `heartbeat.run('x', () => 1); setInterval(() => {}, 600_000);
      setTimeout(() => heartbeat.run('x', () => 2), 500);`;
    const child = runChild(server.url, script, '{ timeoutMs: 600_000 }');
    try {
      await server.until(({ pings }) => pings.length === 2, patienceMs);
      // far below every other time that might wake the loop: the time-out of a request and the interval
      await server.until(({ pings }) => pings.length === 4, patienceMs);
      expect(server.pings.map(({ state }) => state)).toEqual([
        'start',
        'success',
        'start',
        'success',
      ]);
    } finally {
      child.process.kill('SIGKILL');
      await child.ended;
    }
  });
});
