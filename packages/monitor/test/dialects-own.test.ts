import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { adminKey, bearer, dialectFixture } from './dialect-fixture.ts';
import { postJson, useMonitor } from './running-monitor.ts';

const fixture = useMonitor();
const { createKey, job, pingsOf, start } = dialectFixture(fixture);

describe('the batch API', () => {
  const send = async (monitor: RunningMonitor, body: unknown, path = ''): Promise<Response> =>
    postJson(`${monitor.url}/api/v1/pings${path}`, body, bearer(await createKey(monitor, 'ping')));

  it('takes pings with the time of the client, each id once', async () => {
    const monitor = await start();
    const timestampMs = fixture.clock.wallMs() - 5000;
    const ping = {
      id: 'a',
      key: 'job',
      state: 'success',
      timestampMs,
      runId: 'r',
      durationMs: 5,
      metrics: { n: 1 },
    };
    expect(await (await send(monitor, { pings: [ping, { ...ping, id: 'b' }] })).json()).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [],
    });
    expect(await (await send(monitor, { pings: [ping] })).json()).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect((await pingsOf(monitor))[0]).toMatchObject({
      timestampMs,
      runId: 'r',
      metrics: { n: 1 },
    });
  });

  it('rejects each ping that it cannot take with a reason, and stores the others', async () => {
    const monitor = await start();
    await monitor.store.putMonitor('still', { paused: true }, 'api', fixture.clock.wallMs());
    const answer = await send(monitor, {
      pings: [
        { id: 'good', key: 'job', state: 'log' },
        { id: 'unknown', key: 'nobody', state: 'success' },
        { id: 'paused', key: 'still', state: 'success' },
        { id: 'state', key: 'job', state: 'done' },
        { id: 'key', key: 'a\u0000b', state: 'success' },
        { id: 'time', key: 'job', state: 'success', timestampMs: 'now' },
        { id: 'count', key: 'job', state: 'success', count: 0 },
        { id: 'metadata', key: 'job', state: 'success', metadata: [1] },
        { id: '', key: 'job', state: 'success' },
        'nonsense',
      ],
    });
    const { accepted, rejected } = (await answer.json()) as {
      accepted: number;
      rejected: { id: string; reason: string; message: string }[];
    };
    expect(answer.status).toBe(200);
    expect(accepted).toBe(1);
    expect(Object.fromEntries(rejected.map(({ id, reason }) => [id, reason]))).toEqual({
      unknown: 'unknown-monitor',
      paused: 'paused',
      state: 'invalid',
      key: 'invalid',
      time: 'invalid',
      count: 'invalid',
      metadata: 'invalid',
      '': 'invalid',
    });
    expect(rejected).toHaveLength(9);
    expect(await monitor.store.findMonitor({ by: 'key', value: 'nobody' })).toBeNull();
  });

  it('creates monitors only when asked to', async () => {
    const monitor = await start();
    const body = { pings: [{ id: 'a', key: 'fresh', state: 'success' }] };
    const asked = await send(monitor, body, '?create=yes');
    expect([asked.status, await asked.json()]).toEqual([
      400,
      { error: { code: 'invalid', message: 'create got "yes"; it takes "0" or "1"' } },
    ]);
    expect(await (await send(monitor, body, '?create=1')).json()).toMatchObject({ accepted: 1 });
  });

  it('takes a time in the future as now, and corrects a clock whose error the client tells', async () => {
    const monitor = await start();
    const nowMs = fixture.clock.wallMs();
    await send(monitor, {
      pings: [{ id: 'a', key: 'job', state: 'log', timestampMs: nowMs + 3_600_000 }],
    });
    const sentMs = nowMs - 7_200_000;
    await send(monitor, {
      sentMs,
      pings: [{ id: 'b', key: 'job', state: 'log', timestampMs: sentMs - 1000 }],
    });
    expect(
      (await pingsOf(monitor)).map((ping) => ping.timestampMs - nowMs).toSorted((a, b) => a - b),
    ).toEqual([-1000, 0]);
  });

  it.each([
    ['{"pings":', 400, 'invalid'],
    ['{}', 400, 'invalid'],
    ['[]', 400, 'invalid'],
    [JSON.stringify({ pings: Array.from({ length: 1001 }, () => 0) }), 413, 'too-large'],
    [JSON.stringify({ pings: ['x'.repeat(1_100_000)] }), 413, 'too-large'],
  ])('answers a body like %.40s with %i and no stack', async (body, status, code) => {
    const monitor = await start();
    const answer = await send(monitor, body);
    const text = await answer.text();
    expect(answer.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ error: { code } });
    expect(text).not.toContain('node_modules');
  });

  it('wants a key once there is one', async () => {
    const monitor = await start();
    const url = `${monitor.url}/api/v1/pings`;
    expect((await postJson(url, { pings: [] })).status).toBe(401);
    expect((await postJson(url, { pings: [] }, bearer('ld_ping_000000000000_wrong'))).status).toBe(
      401,
    );
    expect((await postJson(url, { pings: [] }, bearer(adminKey))).status).toBe(200);
  });
});

describe('Healthchecks ping URLs', () => {
  it('take start, success, fail, log and exit statuses by token, with the body as message', async () => {
    const monitor = await start();
    const base = `${monitor.url}/ping/${(await job(monitor)).pingToken}`;
    const rid = randomUUID();
    const requests: [string, RequestInit?][] = [
      [`${base}/start?rid=${rid}`],
      [`${base}?rid=${rid}`, { method: 'HEAD' }],
      [`${base}/fail`, { method: 'POST', body: 'it broke' }],
      [`${base}/log`, { method: 'POST', body: new Uint8Array([0x61, 0, 0xff]) }],
      [`${base}/0`],
      [
        `${base}/137`,
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{nonsense' },
      ],
    ];
    for (const [url, init] of requests) {
      const answer = await fetch(url, init);
      expect([answer.status, answer.headers.get('ping-body-limit')]).toEqual([200, '100000']);
    }
    expect(
      (await pingsOf(monitor)).map((ping) => [ping.state, ping.runId, ping.exitCode, ping.message]),
    ).toEqual(
      expect.arrayContaining([
        ['start', rid, undefined, undefined],
        ['success', rid, undefined, undefined],
        ['fail', undefined, undefined, 'it broke'],
        ['log', undefined, undefined, 'a\uFFFD\uFFFD'],
        ['success', undefined, 0, undefined],
        ['fail', undefined, 137, '{nonsense'],
      ]),
    );
  });

  it('take a slug with a ping key, and create the monitor with create=1', async () => {
    const monitor = await start();
    const base = `${monitor.url}/ping/${await createKey(monitor, 'ping')}`;
    const answer = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`${base}${path}`);
      return [response.status, await response.text()];
    };
    expect(await answer('/job')).toEqual([200, 'OK']);
    expect(await answer('/fresh/start')).toEqual([404, 'not found']);
    expect(await answer('/fresh/start?create=1')).toEqual([201, 'Created']);
    expect(await answer('/fresh/fail?create=1')).toEqual([200, 'OK']);
    expect(await answer('/Not%20a%20slug?create=1')).toEqual([400, 'invalid slug format']);
    expect((await fetch(`${monitor.url}/ping/wrong-key/job`)).status).toBe(404);
  });

  it('answer an unknown UUID as the service does, and refuse what is malformed', async () => {
    const monitor = await start();
    const base = `${monitor.url}/ping/${(await job(monitor)).pingToken}`;
    const answer = async (url: string): Promise<[number, string]> => {
      const response = await fetch(url);
      return [response.status, await response.text()];
    };
    expect(await answer(`${monitor.url}/ping/${randomUUID()}`)).toEqual([200, 'OK (not found)']);
    expect(await answer(`${base}?rid=not-a-uuid`)).toEqual([400, 'invalid uuid format']);
    expect(await answer(`${base}/256`)).toEqual([400, 'invalid url format']);
    expect(await answer(`${base}/stop`)).toEqual([400, 'invalid url format']);
    expect(await pingsOf(monitor)).toEqual([]);
  });

  it('cut a body at the announced limit instead of refusing it', async () => {
    const monitor = await start();
    const url = `${monitor.url}/ping/${(await job(monitor)).pingToken}/fail`;
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(300_000) })).status).toBe(200);
    expect((await pingsOf(monitor))[0]?.message).toHaveLength(100_000);
  });
});
