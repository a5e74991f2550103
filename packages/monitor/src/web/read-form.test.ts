import { describe, expect, it } from 'vitest';

import { emptyFields } from './render/monitor-form.ts';
import { readFields, readForm } from './read-form.ts';

const fields = (change: Record<string, string>) =>
  readFields(
    new URLSearchParams({ ...emptyFields(60_000), channels: '', key: 'nightly', ...change }),
  );

describe('the monitor form', () => {
  it('reads an interval, its grace and its limits', () => {
    const read = readForm(
      fields({ interval: '5m', grace: '90s', maxDuration: '1h', tags: 'a, b,,a' }),
      null,
    );
    expect(read).toEqual({
      ok: true,
      change: {
        name: 'nightly',
        schedule: { kind: 'interval', intervalMs: 300_000 },
        graceMs: 90_000,
        maxDurationMs: 3_600_000,
        minIntervalMs: null,
        tags: ['a', 'b'],
        channels: null,
      },
    });
  });

  it('reads a cron expression with its time zone, and no channel at all', () => {
    const read = readForm(
      fields({
        kind: 'cron',
        expression: '0 3 * * *',
        timezone: 'Europe/Berlin',
        alerts: 'some',
        interval: 'nonsense that is not asked for',
      }),
      null,
    );
    expect(read).toMatchObject({
      ok: true,
      change: {
        schedule: { kind: 'cron', expression: '0 3 * * *', timezone: 'Europe/Berlin' },
        channels: [],
      },
    });
  });

  it.each([
    ['key', { key: '' }],
    ['interval', { interval: 'often' }],
    ['interval', { interval: '10ms' }],
    ['grace', { grace: 'a bit' }],
    ['expression', { kind: 'cron', expression: 'every day' }],
    ['timezone', { kind: 'cron', expression: '0 3 * * *', timezone: 'Mars/Base' }],
    ['maxDuration', { maxDuration: '0s' }],
    ['tags', { tags: 'x'.repeat(101) }],
  ])('says what is wrong beside the field %s', (name, change) => {
    const read = readForm(fields(change), null);
    expect(read.ok).toBe(false);
    expect(Object.keys(read.ok ? {} : read.faults)).toEqual([name]);
  });
});
