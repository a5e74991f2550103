import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { startMonitor } from '@lubdub/monitor';
import { describe, expect, it } from 'vitest';
import { withHeartbeat } from '../src/index.ts';

describe('the same cron on several replicas', () => {
  it('tells each replica apart by its instance, and the monitor that it ran too often', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'lubdub-replicas-'));
    const monitor = await startMonitor({
      port: 0,
      dataDir,
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      monitors: { nightly: { intervalMs: 3_600_000, graceMs: 60_000, minIntervalMs: 1_800_000 } },
    });
    const bodies: string[] = [];
    for (let replica = 0; replica < 3; replica += 1) {
      const client = createHeartbeat({ provider: lubdub({ baseUrl: monitor.url }) });
      await withHeartbeat('nightly', async () => 1, { client })();
      await client.close(5_000);
    }
    const answer = await fetch(`${monitor.url}/api/v1/monitors`);
    const { items } = (await answer.json()) as {
      items: { key: string; state: string; error?: string }[];
    };
    const runs = await fetch(`${monitor.url}/api/v1/monitors/nightly/pings`);
    bodies.push(await runs.text());
    await monitor.close();
    await rm(dataDir, { recursive: true, force: true });
    expect(items[0]).toMatchObject({
      key: 'nightly',
      state: 'down',
      error: expect.stringContaining('ran too often') as string,
    });
    const instances = [...bodies.join().matchAll(/"instance":"([^"]+)"/gu)].map(([, id]) => id);
    expect(new Set(instances).size).toBe(3);
  });
});
