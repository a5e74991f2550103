import { describe, expect, it } from 'vitest';

import type { Store } from '../../src/store/store.ts';
import type { StoreFixture } from './fixture.ts';
import { day, hour, item, minute, t0 } from './fixture.ts';

/** What every store must do about monitors. */
export const monitorsContract = (fixture: StoreFixture): void => {
  describe('monitors', () => {
    it('creates a monitor with defaults, changes only what is given and keeps it over a restart', async () => {
      const first = await fixture.store.putMonitor('job', { tags: ['db'] }, 'api', t0);
      expect(first.created).toBe(true);
      expect(first.monitor).toMatchObject({
        key: 'job',
        name: 'job',
        graceMs: minute,
        state: 'new',
        tags: ['db'],
      });
      expect(first.monitor.id).toMatch(/^[0-9a-f]{24}$/);
      const second = await fixture.store.putMonitor('job', { graceMs: 5 }, 'api', t0 + 1);
      expect(second.created).toBe(false);
      await fixture.reopen();
      expect(await fixture.store.getMonitor('job', t0)).toMatchObject({
        id: first.monitor.id,
        pingToken: first.monitor.pingToken,
        graceMs: 5,
        tags: ['db'],
        updatedMs: t0 + 1,
      });
      expect(await fixture.store.listTags()).toEqual(['db']);
    });

    it('finds a monitor by key, id and token, and only by those', async () => {
      const { monitor } = await fixture.declare('job');
      for (const [by, value] of [
        ['key', 'job'],
        ['id', monitor.id],
        ['token', monitor.pingToken],
      ] as const) {
        expect((await fixture.store.findMonitor({ by, value }))?.key).toBe('job');
        expect(
          await fixture.store.ingest([{ ...item('', 'success', t0), monitor: { by, value } }]),
        ).toMatchObject([{ status: 'accepted' }]);
      }
      expect(await fixture.store.findMonitor({ by: 'id', value: 'job' })).toBeNull();
      expect(await fixture.store.findMonitor({ by: 'token', value: monitor.id })).toBeNull();
    });

    it('pauses and resumes, keeps what a paused monitor hears, and judges it by nothing', async () => {
      await fixture.declare('job');
      await fixture.store.ingest([item('job', 'success', t0)]);
      expect(await fixture.store.setPaused('job', true, t0 + minute)).toMatchObject({
        state: 'paused',
        nextDueMs: null,
      });
      expect(await fixture.statuses([item('job', 'fail', t0 + 2 * minute)])).toEqual(['paused']);
      await fixture.store.evaluate(t0 + day);
      expect(await fixture.store.setPaused('job', false, t0 + day)).toMatchObject({
        state: 'new',
        nextDueMs: t0 + day + 6 * minute,
      });
      expect(await fixture.flipPath()).toEqual(['job new>up', 'job up>paused', 'job paused>new']);
      expect(await fixture.store.setPaused('nobody', true, t0)).toBeNull();
    });

    it('counts failing time in the uptime, open failures included', async () => {
      await fixture.declare('job');
      await fixture.store.ingest([item('job', 'success', t0)]);
      await fixture.store.ingest([item('job', 'fail', t0 + 6 * hour)]);
      await fixture.store.ingest([item('job', 'success', t0 + 9 * hour)]);
      await fixture.store.ingest([item('job', 'fail', t0 + 21 * hour)]);
      const monitor = await fixture.store.getMonitor('job', t0 + day);
      expect(monitor?.uptime.day).toBeCloseTo(1 - 6 / 24, 5);
      expect(monitor?.uptime.month).toBeCloseTo(1 - 6 / 24, 5);
      expect(monitor?.recentRuns.map((run) => run.state)).toEqual([
        'success',
        'fail',
        'success',
        'fail',
      ]);
    });

    it('pages the board by key and filters it', async () => {
      for (const key of ['a', 'b', 'c', 'd%', 'E_']) {
        await fixture.store.putMonitor(
          key,
          { name: `Job ${key}`, tags: key < 'c' ? ['left', 'x"y'] : ['right'] },
          'api',
          t0,
        );
      }
      await fixture.store.ingest([item('b', 'fail', t0)]);
      const keys = async (query: Parameters<Store['listMonitors']>[0]): Promise<string[]> =>
        (await fixture.store.listMonitors(query, t0)).items.map((monitor) => monitor.key);
      const first = await fixture.store.listMonitors({ limit: 2 }, t0);
      const second = await fixture.store.listMonitors(
        { limit: 9, cursor: first.nextCursor ?? '' },
        t0,
      );
      expect([...first.items, ...second.items].map((monitor) => monitor.key).toSorted()).toEqual(
        ['a', 'b', 'c', 'd%', 'E_'].toSorted(),
      );
      expect(second.nextCursor).toBeNull();
      expect(await keys({ states: ['down'] })).toEqual(['b']);
      expect(await keys({ states: ['new'], tag: 'left', search: 'job a' })).toEqual(['a']);
      expect(await keys({ tag: 'lef' })).toEqual([]);
      expect((await keys({ tag: 'x"y' })).toSorted()).toEqual(['E_', 'a', 'b']);
      expect(await keys({ search: 'JOB C' })).toEqual(['c']);
      expect(await keys({ search: '%' })).toEqual(['d%']);
      expect(await keys({ search: 'e_' })).toEqual(['E_']);
    });

    it('deletes a monitor with everything that belongs to it', async () => {
      const { monitor } = await fixture.declare('job');
      await fixture.store.ingest([item('job', 'fail', t0, { runId: 'a' })]);
      expect(await fixture.store.deleteMonitor('job')).toBe(true);
      expect(await fixture.store.deleteMonitor('job')).toBe(false);
      const again = await fixture.declare('job');
      expect(again.monitor.id).not.toBe(monitor.id);
      expect((await fixture.store.listPings({})).items).toEqual([]);
      expect((await fixture.store.listFlips({})).items).toEqual([]);
    });
  });
};
