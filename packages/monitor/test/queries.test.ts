import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { startReceiver } from './receiver.ts';
import { useMonitor } from './running-monitor.ts';

const fixture = useMonitor();

const ask = async (monitor: RunningMonitor, path: string, init: RequestInit = {}) => {
  const answer = await fetch(`${monitor.url}/api/v1${path}`, init);
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as unknown };
};

describe('a query', () => {
  it.each([
    ['/monitors?limit=0', 'limit got 0; it takes a whole number from 1 to 500'],
    ['/monitors?limit=abc', 'limit got "abc"; it takes a whole number from 1 to 500'],
    ['/monitors?limit=10&limit=20', 'limit got ["10","20"]; it takes a whole number from 1 to 500'],
    ['/monitors?stat=down', 'stat is not known; it takes one of limit, cursor, state, tag, search'],
    [
      '/monitors?state=up,broken',
      'state got "up,broken"; it takes states of new, up, late, down, running, stuck, paused, separated by commas',
    ],
    [
      '/monitors/sync/runs?from=yesterday',
      'from got "yesterday"; it takes milliseconds since 1970 or a time of ISO 8601',
    ],
    ['/flips?to=2026-13-45', 'to got "2026-13-45"; it takes a time that there is'],
    ['/alerts?status=closed', 'status got "closed"; it takes "open" or "resolved"'],
    ['/requests?span=24h', 'span is not known; it takes one of from, to'],
    ['/deliveries?from=0', 'from is not known; it takes one of limit, cursor'],
  ])('%s is refused in words', async (path, message) => {
    const monitor = await fixture.start({ monitors: { sync: {} } });
    expect(await ask(monitor, path)).toEqual({
      status: 400,
      body: { error: { code: 'invalid', message } },
    });
  });

  it('that fits is followed', async () => {
    const monitor = await fixture.start({ monitors: { a: {}, b: {}, c: {} } });
    const { body } = await ask(monitor, '/monitors?limit=2&state=new,up&search=');
    expect(body).toMatchObject({ items: [{ key: 'a' }, { key: 'b' }] });
    const { nextCursor } = body as { nextCursor: string };
    const rest = await ask(monitor, `/monitors?limit=2&cursor=${encodeURIComponent(nextCursor)}`);
    expect(rest.body).toMatchObject({ items: [{ key: 'c' }], nextCursor: null });
    const span = await ask(monitor, '/monitors/a/timeline?from=2025-12-31&to=1767225600000');
    expect(span.body).toMatchObject({ fromMs: 1_767_139_200_000, toMs: 1_767_225_600_000 });
  });
});

describe('channels in the API', () => {
  it('are listed without secrets, and tried one at a time', async () => {
    const receiver = await startReceiver();
    const url = `${receiver.url}?token=hidden`;
    const monitor = await fixture.start({ channels: { ops: { kind: 'slack', url } } });
    const { host } = new URL(receiver.url);
    expect((await ask(monitor, '/channels')).body).toEqual({
      items: [{ name: 'ops', kind: 'slack', target: host }],
    });
    const test = () => ask(monitor, '/channels/ops/test', { method: 'POST' });
    expect((await test()).status).toBe(204);
    receiver.answers.push(500);
    expect(await test()).toEqual({
      status: 502,
      body: { error: { code: 'not-delivered', message: 'answered 500' } },
    });
    expect((await ask(monitor, '/channels/none/test', { method: 'POST' })).status).toBe(404);
    expect(receiver.received).toHaveLength(2);
    await receiver.close();
  });
});
