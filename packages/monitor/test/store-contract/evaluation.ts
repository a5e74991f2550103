import { describe, expect, it } from 'vitest';

import { defaultRetention } from '../../src/store/retention.ts';
import type { StoreFixture } from './fixture.ts';
import { day, hour, item, minute, t0 } from './fixture.ts';

/** What every store must do about evaluation and retention. */
export const evaluationContract = (fixture: StoreFixture): void => {
  describe('evaluation and retention', () => {
    it('flips what is overdue once, with its text, and nothing else', async () => {
      await fixture.declare('early');
      await fixture.declare('later', 50 * minute);
      await fixture.store.putMonitor('unscheduled', {}, 'api', t0);
      await fixture.store.ingest(
        ['early', 'later', 'unscheduled'].map((key) => item(key, 'success', t0)),
      );
      await fixture.store.evaluate(t0);
      expect((await fixture.store.evaluate(t0 + 10_000)).flips).toEqual([]);
      for (let nowMs = t0; nowMs < t0 + 6 * minute; nowMs += 10_000)
        await fixture.store.evaluate(nowMs);
      const { flips } = await fixture.store.evaluate(t0 + 6 * minute);
      expect(flips).toMatchObject([
        {
          monitorKey: 'early',
          atMs: t0 + 6 * minute,
          from: 'up',
          to: 'down',
          cause: 'missed',
          text: 'no heartbeat received within 5 minutes + 1 minute',
        },
      ]);
      expect((await fixture.store.evaluate(t0 + 6 * minute + 10_000)).flips).toEqual([]);
      expect(await fixture.store.getMonitor('early', t0 + 7 * minute)).toMatchObject({
        health: 'down',
        healthSinceMs: t0 + 6 * minute,
        nextDueMs: null,
        error: 'no heartbeat received within 5 minutes + 1 minute',
      });
      expect(await fixture.store.countStates(t0 + 7 * minute)).toMatchObject({
        down: 1,
        up: 2,
        late: 0,
      });
    });

    it('gives up runs that take too long, one by one', async () => {
      const { monitor } = await fixture.store.putMonitor(
        'job',
        { maxDurationMs: minute },
        'api',
        t0,
      );
      await fixture.store.evaluate(t0);
      await fixture.store.ingest([
        item('job', 'start', t0, { runId: 'a' }),
        item('job', 'start', t0 + 30_000, { runId: 'b' }),
      ]);
      expect(await fixture.store.getMonitor('job', t0 + 40_000)).toMatchObject({
        state: 'running',
      });
      for (const waitMs of [15_000, 30_000, 45_000]) {
        expect((await fixture.store.evaluate(t0 + waitMs)).flips).toEqual([]);
      }
      expect((await fixture.store.evaluate(t0 + minute)).flips).toMatchObject([
        { to: 'stuck', atMs: t0 + minute },
      ]);
      const states = async (): Promise<unknown> =>
        Object.fromEntries(
          (await fixture.store.listRuns({ monitorId: monitor.id })).items.map((run) => [
            run.runId,
            run.state,
          ]),
        );
      expect(await states()).toEqual({ a: 'stuck', b: 'running' });
      await fixture.store.ingest([item('job', 'success', t0 + 70_000, { runId: 'b' })]);
      expect(await states()).toEqual({ a: 'stuck', b: 'success' });
      expect(await fixture.flipPath()).toEqual(['job new>stuck', 'job stuck>up']);
    });

    it('voids a miss that a late ping disproves, and the timeline forgets it', async () => {
      const { monitor } = await fixture.declare('job');
      await fixture.store.ingest([item('job', 'success', t0)]);
      for (let nowMs = t0; nowMs <= t0 + 6 * minute; nowMs += 10_000)
        await fixture.store.evaluate(nowMs);
      await fixture.store.ingest([
        item('job', 'success', t0 + 5 * minute, { receivedMs: t0 + 7 * minute }),
      ]);
      const segments = await fixture.store.timeline(monitor.id, t0, t0 + 8 * minute);
      expect(segments.map((segment) => segment.state)).toEqual(['up']);
      const { items } = await fixture.store.listFlips({ monitorId: monitor.id });
      expect(items.find((flip) => flip.cause === 'missed')?.voidedMs).toBe(t0 + 7 * minute);
      expect((await fixture.store.getMonitor('job', t0 + 8 * minute))?.uptime.day).toBe(1);
    });

    it('moves what was due during its own downtime to its return plus the grace, and shows the gap', async () => {
      const { monitor } = await fixture.declare('job');
      await fixture.store.evaluate(t0);
      await fixture.store.ingest([item('job', 'success', t0)]);
      await fixture.reopen();
      const backMs = t0 + hour;
      const { flips, outage } = await fixture.store.evaluate(backMs);
      expect(flips).toEqual([]);
      expect(outage).toEqual({ fromMs: t0, toMs: backMs });
      for (let nowMs = backMs; nowMs < backMs + minute; nowMs += 10_000) {
        expect((await fixture.store.evaluate(nowMs)).flips).toEqual([]);
      }
      expect((await fixture.store.evaluate(backMs + minute)).flips).toMatchObject([
        { atMs: backMs + minute },
      ]);
      const segments = await fixture.store.timeline(monitor.id, t0 - 1, backMs + 2 * minute);
      expect(segments.map((segment) => segment.state)).toEqual(['unknown', 'up', 'down']);
    });

    it('keeps what its retention says and rolls hours up to days', async () => {
      const { monitor } = await fixture.declare('job', day);
      const late = t0 + 100 * day;
      await fixture.store.ingest([
        item('job', 'success', t0 + hour, { runId: 'old', durationMs: 4 }),
      ]);
      await fixture.store.ingest([item('job', 'success', t0 + 2 * hour, { durationMs: 8 })]);
      await fixture.store.ingest(
        Array.from({ length: 30 }, (_, index) => item('job', 'log', late + index)),
      );
      const deleted = await fixture.store.prune(late + 100, {
        ...defaultRetention,
        pingsPerMonitor: 10,
      });
      expect(deleted).toBeGreaterThan(20);
      const pings = (await fixture.store.listPings({ monitorId: monitor.id })).items;
      expect(pings.map((ping) => ping.timestampMs - late)).toEqual([
        29, 28, 27, 26, 25, 24, 23, 22, 21, 20,
      ]);
      expect((await fixture.store.listRuns({ monitorId: monitor.id })).items).toEqual([]);
      expect(await fixture.store.listRollups(monitor.id, 'hour', t0, t0 + day)).toEqual([]);
      expect(await fixture.store.listRollups(monitor.id, 'day', t0, t0 + day)).toMatchObject([
        { bucketMs: t0, successes: 2, durationSumMs: 12, durationCount: 2, durationMaxMs: 8 },
      ]);
      expect(
        await fixture.store.prune(late + 100, { ...defaultRetention, pingsPerMonitor: 10 }),
      ).toBe(0);
    });
  });
};
