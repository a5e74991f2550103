import { describe, expect, it } from 'vitest';
import { contentOf } from './content.ts';
import { canonicalRunId } from './ids.ts';
import { createRedactor } from './redact.ts';

const read = (given: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(contentOf(given, createRedactor())).filter(([, value]) => value !== undefined),
  );
const uuid = '6f1c2d3e-4a5b-4c6d-8e7f-0a1b2c3d4e5f';

describe('what a caller wants a ping to carry', () => {
  it('is carried where it is of the right type', () => {
    const metadata = { rows: 42 };
    const whole = {
      message: 'm',
      durationMs: 1.5,
      exitCode: 255,
      groupKey: 'g',
      reason: 'timeout',
    };
    expect(
      read({ ...whole, runId: uuid, metadata, metrics: { a: 1, b: 'x', c: Number.NaN } }),
    ).toEqual({
      ...whole,
      runId: uuid,
      metadataJson: '{"rows":42}',
      metrics: { a: 1 },
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    [
      'wrong types',
      {
        message: 7,
        durationMs: '1',
        exitCode: '0',
        groupKey: '',
        reason: [],
        metrics: 3,
        runId: 5,
      },
    ],
    ['odd numbers', { durationMs: Number.POSITIVE_INFINITY, exitCode: 1.5 }],
    ['a negative code', { exitCode: -1 }],
    ['a code over 255', { exitCode: 256 }],
    ['no number among the metrics', { metrics: { a: 'x' } }],
    [
      'getters that throw',
      {
        get message() {
          throw new Error('no');
        },
        get metrics() {
          throw new Error('no');
        },
      },
    ],
  ])('is left out for %s', (_name, given) => {
    expect(read(given)).toEqual({});
  });

  it('is left out where its metrics cannot even be listed', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(read({ message: 'm', metrics: proxy })).toEqual({ message: 'm' });
  });

  it('has its secrets masked', () => {
    const redactor = createRedactor();
    redactor.add('a-long-secret');
    expect(contentOf({ message: 'sent a-long-secret' }, redactor).message).toBe('sent [secret]');
  });
});

describe('a run id', () => {
  it.each([
    uuid,
    uuid.toUpperCase(),
    uuid.replaceAll('-', ''),
    uuid.replaceAll('-', '').toUpperCase(),
  ])('is the same UUID however it is written: %s', (id) => {
    expect(canonicalRunId(id)).toBe(uuid);
  });

  it('is named by a UUID of version 8 when it is none, the same for the same text', () => {
    const ids = ['job-1', 'job-2', 'JOB-1', '', `${uuid}0`].map(canonicalRunId);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/u);
    expect(canonicalRunId('job-1')).toBe(ids[0]);
  });

  it('is none of the kind with another character in any place', () => {
    const places = Array.from(uuid, (_, place) => place);
    const spoilt = places.flatMap((place) =>
      ['/', ':', '`', 'g', '-', '0', '\u0130'].map(
        (character) => uuid.slice(0, place) + character + uuid.slice(place + 1),
      ),
    );
    const form = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/u;
    const wrong = spoilt.filter((id) => (canonicalRunId(id) === id) !== form.test(id));
    expect(wrong).toEqual([]);
  });
});
