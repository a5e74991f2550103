import { describe, expect, it } from 'vitest';

import type { StoreFixture } from './fixture.ts';
import { hour, item, minute, t0 } from './fixture.ts';

/** What every store must do about alerts, requests and keys. */
export const alertsContract = (fixture: StoreFixture): void => {
  describe('alerts, requests and keys', () => {
    it('hands a delivery to one taker, until its lease ends, and never queues a flip twice', async () => {
      await fixture.store.putMonitor('job', { channels: ['mail'] }, 'api', t0);
      await fixture.declare('other');
      await fixture.store.ingest([item('job', 'success', t0), item('other', 'success', t0)]);
      expect(await fixture.store.queueDeliveries(['mail', 'chat'], t0)).toBe(0);
      await fixture.store.ingest([item('job', 'fail', t0 + 1), item('other', 'fail', t0 + 1)]);
      expect(await fixture.store.queueDeliveries(['mail', 'chat'], t0 + 1)).toBe(3);
      expect(await fixture.store.queueDeliveries(['mail', 'chat'], t0 + 1)).toBe(0);
      const taken = await fixture.store.claimDeliveries(t0 + 1, 1000, 10);
      expect(taken.map((one) => `${one.flip.monitorKey} ${one.channel}`).toSorted()).toEqual([
        'job mail',
        'other chat',
        'other mail',
      ]);
      expect(await fixture.store.claimDeliveries(t0 + 2, 1000, 10)).toEqual([]);
      const [first, second, third] = taken.map((one) => one.id);
      await fixture.store.finishDelivery(first ?? '', { error: null, retryAtMs: null }, t0 + 2);
      await fixture.store.finishDelivery(
        second ?? '',
        { error: 'refused', retryAtMs: t0 + 10 },
        t0 + 2,
      );
      await fixture.store.finishDelivery(third ?? '', { error: 'gone', retryAtMs: null }, t0 + 2);
      await fixture.reopen();
      const retried = await fixture.store.claimDeliveries(t0 + 5000, 1000, 10);
      expect(retried.map((one) => [one.id, one.attempts])).toEqual([[second, 2]]);
      const listed = await fixture.store.listDeliveries({});
      expect(listed.items.map((one) => one.status).toSorted()).toEqual([
        'failed',
        'pending',
        'sent',
      ]);
      expect(listed.items.map((one) => one.about?.to)).toEqual(['down', 'down', 'down']);
    });

    it('groups incoming alerts, reopens them and filters by severity', async () => {
      const source = await fixture.store.putAlertSource('deploys', 'sev2', t0);
      expect(await fixture.store.findAlertSource(source.token)).toEqual(source);
      expect((await fixture.store.putAlertSource('deploys', 'sev3', t0)).token).toBe(source.token);
      const raise = (severity: 'sev1' | 'sev4', groupKey?: string) =>
        fixture.store.raiseAlert(
          source,
          { title: 'x', severity, ...(groupKey === undefined ? {} : { groupKey }) },
          t0,
        );
      expect(await raise('sev4')).toEqual({ status: 'filtered', alert: null });
      const created = await raise('sev1', 'g');
      expect(created).toMatchObject({ status: 'created', alert: { occurrenceCount: 1 } });
      expect(await raise('sev1', 'g')).toMatchObject({
        status: 'occurrence_added',
        alert: { id: created.alert?.id, occurrenceCount: 2 },
      });
      expect(await fixture.store.resolveAlert(created.alert?.id ?? '', t0)).toBe(true);
      expect(await fixture.store.resolveAlert(created.alert?.id ?? '', t0)).toBe(false);
      expect(await raise('sev1', 'g')).toMatchObject({
        status: 'reopened',
        alert: { occurrenceCount: 3 },
      });
      expect((await raise('sev1')).status).toBe('created');
      expect((await raise('sev1')).status).toBe('created');
      expect((await fixture.store.listAlerts({ status: 'open' })).items).toHaveLength(3);
    });

    it('adds requests up by hour, route, class and consumer', async () => {
      const event = (
        path: string,
        statusCode: number,
        responseTimeMs: number,
        consumerId: string | null,
      ) => ({
        method: 'GET',
        path,
        statusCode,
        responseTimeMs,
        requestSize: 10,
        responseSize: 20,
        consumerId,
        timestampMs: t0 + minute,
      });
      const many = Array.from({ length: 99 }, () => event('/a', 200, 10, 'c1'));
      await fixture.store.addRequests([...many, event('/a', 503, 1000, null)]);
      await fixture.store.addRequests([event('/b', 404, 5, 'c2')]);
      const analytics = await fixture.store.analyzeRequests(t0, t0 + hour);
      expect(analytics.total).toMatchObject({
        count: 101,
        errors: 1,
        requestBytes: 1010,
        responseBytes: 2020,
      });
      expect(analytics.routes.map((route) => [route.path, route.count])).toEqual([
        ['/a', 100],
        ['/b', 1],
      ]);
      expect(analytics.routes[0]?.p50Ms).toBeGreaterThan(9);
      expect(analytics.routes[0]?.p50Ms).toBeLessThan(11);
      expect(analytics.statusClasses).toEqual({
        '1xx': 0,
        '2xx': 99,
        '3xx': 0,
        '4xx': 1,
        '5xx': 1,
      });
      expect(analytics.consumers.map((one) => [one.consumerId, one.count])).toEqual([
        ['c1', 99],
        [null, 1],
        ['c2', 1],
      ]);
      expect(analytics.series).toEqual([{ bucketMs: t0, count: 101, errors: 1 }]);
      expect((await fixture.store.analyzeRequests(t0 + hour, t0 + 2 * hour)).total).toMatchObject({
        count: 0,
        p50Ms: null,
      });
    });

    it('keeps hashes of keys and sets a setting once', async () => {
      const key = { id: 'k', name: 'ci', scope: 'ping', createdMs: t0, lastUsedMs: null } as const;
      await fixture.store.addApiKey(key, 'hash');
      expect(await fixture.store.findApiKey('k')).toEqual({ key, hash: 'hash' });
      expect(await fixture.store.listApiKeys()).toEqual([key]);
      expect(await fixture.store.deleteApiKey('k')).toBe(true);
      expect(await fixture.store.deleteApiKey('k')).toBe(false);
      expect(await fixture.store.findApiKey('k')).toBeNull();
      expect(await fixture.store.initSetting('s', 'one')).toBe('one');
      expect(await fixture.store.initSetting('s', 'two')).toBe('one');
      expect(await fixture.store.getSetting('s')).toBe('one');
    });
  });
};
