import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import type { Provider } from '../providers/provider.ts';
import { contextOf, declarationOf, overlaid, TargetStore } from './targets.ts';

const resolving = (more: Partial<Provider> = {}): Provider =>
  plainProvider(
    {},
    {
      resolve: {
        ttlMs: 1_000,
        needed: (key) => !key.startsWith('direct'),
        toRequest: (key) => ({ method: 'GET', url: `https://plain.example/${key}` }),
        interpret: () => ({ status: 'unreachable' }),
      },
      ...more,
    },
  );
const storeOf = (provider: Provider) => {
  const refused: string[] = [];
  const store = new TargetStore(provider, (key, message) => refused.push(`${key}: ${message}`));
  return { store, refused };
};
const resolved = { status: 'resolved', target: 'id-1' } as const;
const unreachable = { status: 'unreachable', message: 'no answer' } as const;
const misconfigured = {
  status: 'misconfigured',
  reason: 'unknown',
  message: 'there is none',
} as const;

describe('the id of a monitor', () => {
  it('is what was declared, else the key, where nobody has to be asked', () => {
    const provider = plainProvider(
      {},
      { monitors: { text: 'id-text', full: { id: 'id-full' }, bare: {} } },
    );
    const { store } = storeOf(provider);
    const ids = ['text', 'full', 'bare', 'other', 'constructor'].map((key) => store.target(key, 0));
    expect(ids).toEqual(
      ['id-text', 'id-full', 'bare', 'other', 'constructor'].map((id) => ({ status: 'known', id })),
    );
    expect(storeOf(resolving()).store.target('direct-1', 0)).toEqual({
      status: 'known',
      id: 'direct-1',
    });
  });

  it('is asked for, kept for its time, and used on while it is asked for again', () => {
    const { store } = storeOf(resolving());
    expect(store.target('a', 0)).toEqual({ status: 'unknown', due: true });
    expect(store.learn('a', resolved, 0, 50)).toEqual({ status: 'known', id: 'id-1' });
    expect(store.target('a', 999)).toEqual({ status: 'known', id: 'id-1' });
    expect(store.target('a', 1_000)).toEqual({ status: 'known', id: 'id-1', due: true });
  });

  it('outlives an outage of the service that knows it, and is asked for again after the wait', () => {
    const { store } = storeOf(resolving());
    store.learn('a', resolved, 0, 50);
    expect(store.learn('a', unreachable, 1_000, 50)).toEqual({ status: 'known', id: 'id-1' });
    expect(store.target('a', 1_049)).not.toHaveProperty('due');
    expect(store.target('a', 1_050)).toHaveProperty('due', true);
  });

  it('stays unknown through an outage, with why', () => {
    const { store } = storeOf(resolving());
    const unknown = { status: 'unknown', message: 'no answer' };
    expect(store.learn('a', unreachable, 0, 50)).toEqual(unknown);
    expect(store.learn('a', unreachable, 0, 50)).toEqual(unknown);
    expect(store.target('a', 10)).toEqual(unknown);
    expect(store.learn('a', resolved, 60, 50)).toMatchObject({ status: 'known' });
  });

  it('may be none, which is kept for the time of an id, outages included', () => {
    const { store } = storeOf(resolving());
    expect(store.learn('a', misconfigured, 0, 50)).toEqual(misconfigured);
    expect(store.learn('a', unreachable, 500, 50)).toEqual(misconfigured);
  });

  it('is forgotten when asked to: one, or all', () => {
    const { store } = storeOf(resolving());
    for (const key of ['a', 'b', 'c']) store.learn(key, resolved, 0, 50);
    store.clear('a');
    expect(['a', 'b'].map((key) => store.target(key, 0).status)).toEqual(['unknown', 'known']);
    store.clear();
    expect(store.target('b', 0).status).toBe('unknown');
  });

  it('is refused, once aloud, where the provider can never take it', () => {
    const { store, refused } = storeOf(
      plainProvider({}, { checkMonitor: (key) => (key === 'bad' ? 'letters only' : undefined) }),
    );
    const verdict = {
      status: 'misconfigured',
      reason: 'invalid-monitor',
      message: 'it takes letters only',
    };
    expect([store.target('bad', 0), store.target('bad', 0)]).toEqual([verdict, verdict]);
    expect(store.target('good', 0)).toEqual({ status: 'known', id: 'good' });
    expect(refused).toEqual(['bad: it takes letters only']);
  });

  it('is kept of ten thousand monitors and no more', () => {
    const { store, refused } = storeOf(resolving({ checkMonitor: () => undefined }));
    for (let index = 0; index < 10_000; index += 1) store.learn(`k${index}`, resolved, 0, 50);
    store.learn('k0', resolved, 0, 50);
    expect(store.target('k9999', 0).status).toBe('known');
    store.learn('one-more', resolved, 0, 50);
    expect(['k0', 'one-more'].map((key) => store.target(key, 0).status)).toEqual([
      'unknown',
      'known',
    ]);
    expect(refused).toEqual([]);
  });

  it('is looked up once for all who wait', () => {
    const { store } = storeOf(resolving());
    const told: string[] = [];
    expect(store.join('a', () => told.push('first'))).toBe(false);
    expect(store.join('a', () => told.push('second'))).toBe(true);
    expect(store.join('b', () => told.push('other'))).toBe(false);
    store.over('a');
    expect(told).toEqual(['first', 'second']);
    expect(store.join('a', () => told.push('later'))).toBe(false);
    store.over('never-joined');
  });
});

describe('declarations', () => {
  it('are looked up by the keys of the map only', () => {
    expect(declarationOf(plainProvider({}, { monitors: {} }), 'toString')).toEqual({});
    expect(declarationOf(plainProvider(), 'a')).toEqual({});
  });

  it('lie over one another, and an interval and a schedule exclude each other', () => {
    const lower = { id: 'x', schedule: '* * * * *', timezone: 'UTC', graceMs: 5 };
    expect(overlaid(lower, { intervalMs: 60_000 })).toEqual({
      id: 'x',
      graceMs: 5,
      intervalMs: 60_000,
    });
    expect(overlaid({ intervalMs: 1, graceMs: 5 }, { schedule: '@daily' })).toEqual({
      graceMs: 5,
      schedule: '@daily',
    });
    expect(overlaid(lower, { graceMs: 7 })).toEqual({ ...lower, graceMs: 7 });
  });

  it('reach the provider with what all its requests share', () => {
    const around = {
      environment: 'production',
      host: 'worker-1',
      instance: 'i',
      userAgent: 'lubdub/1',
    };
    expect(contextOf(around, { graceMs: 5 }, 'id-1', { token: 't' }, 1_000)).toEqual({
      ...around,
      target: 'id-1',
      monitor: { graceMs: 5 },
      secrets: { token: 't' },
      sentMs: 1_000,
    });
  });
});
