import { describe, expect, it } from 'vitest';

import type { IncomingPing } from '../../src/model.ts';
import type { StoreEvent } from '../../src/store/store.ts';
import type { StoreFixture } from './fixture.ts';
import { hour, item, t0 } from './fixture.ts';

/** What every store must do about pings and runs. */
export const pingsContract = (fixture: StoreFixture): void => {
  describe('pings and runs', () => {
    it('stores a ping once, within a batch and across batches', async () => {
      await fixture.declare('job');
      await fixture.declare('other');
      const ping = item('job', 'success', t0);
      const same = { ...item('other', 'success', t0), ping: ping.ping };
      expect(await fixture.statuses([ping, ping, same])).toEqual([
        'accepted',
        'duplicate',
        'accepted',
      ]);
      expect(await fixture.statuses([ping, item('job', 'log', t0)])).toEqual([
        'duplicate',
        'accepted',
      ]);
      const { monitor } = await fixture.declare('job');
      expect((await fixture.store.listPings({ monitorId: monitor.id })).items).toHaveLength(2);
      expect(await fixture.store.listRollups(monitor.id, 'hour', t0, t0 + hour)).toMatchObject([
        { pings: 2, successes: 1 },
      ]);
    });

    it('keeps everything that a ping carries, hostile text included', async () => {
      const { monitor } = await fixture.declare('job');
      const full: IncomingPing = {
        id: 'full',
        state: 'fail',
        timestampMs: t0 - 5,
        receivedMs: t0,
        dialect: 'test',
        runId: `r'"; drop table pings; --`,
        durationMs: 12.5,
        message: '<script>\u{1F480}\u2028\\u0000 $1 ?',
        metadata: { 'a\u0000b': [1, { deep: '\uD83D' }], n: null },
        exitCode: 137,
        groupKey: 'g',
        metrics: { rows: 1.5 },
        environment: 'production',
        host: 'h',
        instance: 'i',
        count: 3,
        reason: 'timeout',
      };
      await fixture.store.ingest([{ monitor: { by: 'key', value: 'job' }, ping: full }]);
      const [stored] = (await fixture.store.listPings({ monitorId: monitor.id })).items;
      expect(stored).toEqual({ ...full, monitorId: monitor.id });
      expect((await fixture.store.listRuns({ monitorId: monitor.id })).items).toEqual([
        {
          monitorId: monitor.id,
          runId: full.runId,
          state: 'fail',
          startedMs: Math.round(t0 - 17.5),
          endedMs: t0 - 5,
          durationMs: 12.5,
          message: full.message,
          exitCode: 137,
          host: 'h',
          environment: 'production',
        },
      ]);
    });

    it('says which monitors it does not know, and creates them only when asked to', async () => {
      expect(await fixture.statuses([item('nobody', 'success', t0)])).toEqual(['unknown-monitor']);
      expect(await fixture.store.ingest([item('asked', 'success', t0, {}, true)])).toMatchObject([
        { status: 'accepted', created: true, monitor: { key: 'asked', source: 'ping' } },
      ]);
      expect(await fixture.store.ingest([item('asked', 'success', t0, {}, true)])).toMatchObject([
        { created: false },
      ]);
      expect(await fixture.store.getMonitor('nobody', t0)).toBeNull();
    });

    it('puts runs together from their pings, in whatever order they come', async () => {
      const { monitor } = await fixture.declare('job');
      await fixture.store.ingest([
        item('job', 'success', t0 + 2000, { runId: 'a' }),
        item('job', 'start', t0, { runId: 'a', host: 'h1' }),
      ]);
      await fixture.store.ingest([item('job', 'fail', t0 + 9000, { runId: 'b', exitCode: 1 })]);
      await fixture.store.ingest([
        item('job', 'start', t0 + 8000, { runId: 'b', receivedMs: t0 + 9500 }),
      ]);
      const { items } = await fixture.store.listRuns({ monitorId: monitor.id });
      expect(items).toMatchObject([
        { runId: 'b', state: 'fail', startedMs: t0 + 8000, endedMs: t0 + 9000, exitCode: 1 },
        {
          runId: 'a',
          state: 'success',
          startedMs: t0,
          endedMs: t0 + 2000,
          durationMs: 2000,
          host: 'h1',
        },
      ]);
    });

    it('pages history that falls into one millisecond without losing or repeating any', async () => {
      const { monitor } = await fixture.declare('job');
      await fixture.store.ingest(Array.from({ length: 7 }, () => item('job', 'log', t0)));
      const seen: string[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await fixture.store.listPings({
          monitorId: monitor.id,
          limit: 3,
          ...(cursor === undefined ? {} : { cursor }),
        });
        seen.push(...page.items.map((ping) => ping.id));
        cursor = page.nextCursor;
      }
      expect(new Set(seen).size).toBe(7);
      expect(seen).toHaveLength(7);
    });

    it('tells subscribers what changed, after it is on disk', async () => {
      const events: StoreEvent[] = [];
      const end = fixture.store.subscribe((event) => events.push(event));
      await fixture.declare('job');
      await fixture.store.ingest([item('job', 'fail', t0)]);
      expect(events.map((event) => event.type)).toEqual(['monitor', 'ping', 'flip']);
      end();
      await fixture.store.ingest([item('job', 'success', t0 + 1)]);
      expect(events).toHaveLength(3);
    });

    it('stores many pings that arrive at once, each exactly once', async () => {
      for (const key of ['a', 'b', 'c']) await fixture.declare(key);
      const items = Array.from({ length: 300 }, (_, index) =>
        item(['a', 'b', 'c'][index % 3] ?? 'a', 'success', t0 + index),
      );
      const results = await Promise.all(items.map((one) => fixture.store.ingest([one])));
      expect(results.flat().every((result) => result.status === 'accepted')).toBe(true);
      const rollups = await Promise.all(
        ['a', 'b', 'c'].map(async (key) => {
          const monitor = await fixture.store.getMonitor(key, t0);
          return fixture.store.listRollups(monitor?.id ?? '', 'hour', t0, t0 + hour);
        }),
      );
      expect(rollups.flat().map((rollup) => rollup.successes)).toEqual([100, 100, 100]);
    });
  });
};
