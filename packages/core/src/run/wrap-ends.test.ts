import { describe, expect, it } from 'vitest';
import { createEngine } from '../../test/support/engine.ts';

describe('the end of a wrapped call', () => {
  it('waits for what until makes of the result, while the caller does not', async () => {
    const { heartbeat } = createEngine();
    let settle = (): void => undefined;
    const job = heartbeat.wrap('a', async (n: number) => n, {
      until: (result, { args }) =>
        new Promise((resolve) => (settle = () => resolve([result, ...args]))),
    });
    expect(await job(1)).toBe(1);
    expect(heartbeat.stats().runs).toMatchObject({ open: 1, succeeded: 0 });
    settle();
    await new Promise(setImmediate);
    expect(heartbeat.stats().runs).toMatchObject({ open: 0, succeeded: 1 });
  });

  it('is a fail when that promise rejects', async () => {
    const { heartbeat } = createEngine();
    const job = heartbeat.wrap('a', () => 1, { until: () => Promise.reject(new Error('no')) });
    expect(job()).toBe(1);
    await new Promise(setImmediate);
    expect(heartbeat.stats().runs).toMatchObject({ open: 0, failed: 1 });
  });

  it.each([
    ['gives nothing', () => undefined],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('is the return when until %s', (_what, until) => {
    const { heartbeat } = createEngine();
    heartbeat.wrap('a', () => 1, { until })();
    expect(heartbeat.stats().runs).toMatchObject({ open: 0, succeeded: 1 });
  });

  it.each([
    ['a fail with an error', 'no', { failed: 1, succeeded: 0 }],
    ['a success with null', null, { failed: 0, succeeded: 1 }],
  ])('by its callback is %s, which the callback gets too', (_name, given, counts) => {
    const { heartbeat } = createEngine();
    const heard: unknown[] = [];
    const job = heartbeat.wrap('a', (done: (error: unknown) => void) => done(given), {
      callbackIndex: 0,
    });
    job((error) => heard.push(error));
    expect(heard).toEqual([given]);
    expect(heartbeat.stats().runs).toMatchObject({ ...counts, open: 0 });
  });

  it('is its return where it was called without the callback', () => {
    const { heartbeat } = createEngine();
    const job = heartbeat.wrap('a', (_done?: () => void) => 7, { callbackIndex: 0 });
    expect(job()).toBe(7);
    expect(heartbeat.stats().runs).toMatchObject({ succeeded: 1, open: 0 });
  });

  it('is delivered before the callback is called on, where the end is awaited', async () => {
    const { clock, heartbeat, transport } = createEngine();
    const order: string[] = [];
    const job = heartbeat.wrap('a', (done: (error?: Error) => void) => done(), {
      callbackIndex: 0,
      settle: 'await',
    });
    job(() => order.push(`after ${transport.requests.length > 0 ? 'delivery' : 'nothing'}`));
    expect(order).toEqual([]);
    await clock.settle();
    expect(order).toEqual(['after delivery']);
  });

  it('hands waitUntil the delivery of a fail that was thrown at once', async () => {
    const { clock, heartbeat } = createEngine();
    const handed: Promise<unknown>[] = [];
    const job = heartbeat.wrap(
      'a',
      () => {
        throw new Error('no');
      },
      { waitUntil: (delivery) => handed.push(delivery) },
    );
    expect(job).toThrow('no');
    expect(handed).toHaveLength(1);
    await clock.settle();
    expect(await handed[0]).toMatchObject({ status: 'accepted' });
  });
});
