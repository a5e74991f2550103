import { createHmac, randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { adminKey, bearer, dialectFixture } from './dialect-fixture.ts';
import { postJson, useMonitor } from './running-monitor.ts';

const fixture = useMonitor();
const { createKey, job, pingsOf, start } = dialectFixture(fixture);

describe('Exemplar', () => {
  it('takes a heartbeat by monitor id with metadata, as success', async () => {
    const monitor = await start();
    const key = await createKey(monitor, 'ping');
    const url = `${monitor.url}/api/monitoring/heartbeat`;
    const { id } = await job(monitor);
    const metadata = { host: 'worker-1', region: 'eu', job: 7 };
    const answer = await postJson(url, { monitor_id: id, metadata }, { 'x-api-key': key });
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(await pingsOf(monitor)).toMatchObject([
      { state: 'success', host: 'worker-1', metadata },
    ]);
  });

  it('answers what is wrong in its own form', async () => {
    const monitor = await start();
    const headers = { 'x-api-key': await createKey(monitor, 'ping') };
    const url = `${monitor.url}/api/monitoring/heartbeat`;
    const cases: [unknown, Record<string, string>, number, string][] = [
      [{ monitor_id: 'f'.repeat(24) }, headers, 404, 'monitor not found'],
      [{}, headers, 400, 'monitor_id is required'],
      [{ monitor_id: 'job', metadata: 'x' }, headers, 400, 'metadata must be an object'],
      [{ monitor_id: 'job' }, {}, 401, 'invalid API key'],
      ['{"monitor_id":', headers, 400, 'JSON'],
      [{ monitor_id: 'job', metadata: { x: 'y'.repeat(70_000) } }, headers, 413, 'too large'],
    ];
    for (const [body, given, status, text] of cases) {
      const answer = await postJson(url, body, given);
      expect(answer.status).toBe(status);
      expect(((await answer.json()) as { error: string }).error).toContain(text);
    }
    expect(await pingsOf(monitor)).toEqual([]);
  });
});

describe('SteadyCron', () => {
  it('resolves a key with a read key only', async () => {
    const monitor = await start();
    const url = `${monitor.url}/api/monitors/resolve?key=`;
    const read = bearer(await createKey(monitor, 'read'));
    const found = await job(monitor);
    const answer = await fetch(`${url}job`, { headers: read });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { key: 'job', job_id: found.id, kind: 'heartbeat', ping_token: found.pingToken },
    ]);
    expect((await fetch(`${url}nobody`, { headers: read })).status).toBe(404);
    expect(
      (await fetch(`${url}job`, { headers: bearer(await createKey(monitor, 'ping')) })).status,
    ).toBe(403);
    expect((await fetch(`${url}job`)).status).toBe(401);
  });

  it.each(['', '/steadycron'])('takes pings under "%s/{token}"', async (root) => {
    const monitor = await start();
    const base = `${monitor.url}${root}/${(await job(monitor)).pingToken}`;
    const runId = randomUUID();
    const query = `?env=production&run_id=${runId.replaceAll('-', '')}`;
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    expect((await fetch(`${base}/start${query}`, { method: 'POST' })).status).toBe(200);
    expect(
      (await fetch(`${base}/fail${query}`, { method: 'POST', headers, body: 'no disk' })).status,
    ).toBe(200);
    expect((await fetch(`${base}/success`)).status).toBe(200);
    expect((await fetch(base)).status).toBe(200);
    const pings = await pingsOf(monitor);
    expect(pings.map((ping) => ping.state).toSorted()).toEqual([
      'fail',
      'start',
      'success',
      'success',
    ]);
    expect(pings.find((ping) => ping.state === 'fail')).toMatchObject({
      runId,
      environment: 'production',
      message: 'no disk',
    });
  });

  it('refuses an unknown token and a run id of another form', async () => {
    const monitor = await start();
    expect((await fetch(`${monitor.url}/${randomUUID()}`, { method: 'POST' })).status).toBe(404);
    const url = `${monitor.url}/${(await job(monitor)).pingToken}?run_id=short`;
    const refused = await fetch(url, { method: 'POST' });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: 'run_id must be 32 hexadecimal digits, got "short"' },
    ]);
  });

  it('refuses an environment that is given twice, and takes what it does not know', async () => {
    const monitor = await start();
    const base = `${monitor.url}/${(await job(monitor)).pingToken}`;
    const twice = await fetch(`${base}/fail?env=a&env=b`, { method: 'POST' });
    expect([twice.status, await twice.json()]).toEqual([
      400,
      { error: 'env must be a string, got ["a","b"]' },
    ]);
    expect((await fetch(`${base}?env=a&later=1`, { method: 'POST' })).status).toBe(200);
    expect(await pingsOf(monitor)).toMatchObject([{ state: 'success', environment: 'a' }]);
  });
});

describe('OpShift', () => {
  const send = (
    url: string,
    body: string,
    secret = 'new-secret',
    method = 'POST',
  ): Promise<Response> =>
    fetch(url, {
      method,
      headers: {
        'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
    });
  const pingUrl = async (monitor: RunningMonitor): Promise<string> =>
    `${monitor.url}/api/ping/${(await job(monitor)).pingToken}`;
  const alertUrl = async (monitor: RunningMonitor, minSeverity = 'sev4'): Promise<string> => {
    const url = `${monitor.url}/api/v1/alert-sources/deploys`;
    const answer = await postJson(url, { minSeverity }, bearer(adminKey), 'PUT');
    return `${monitor.url}/api/alerts/trigger/${((await answer.json()) as { token: string }).token}`;
  };

  it('takes signed pings, empty ones and those of the older secret too', async () => {
    const monitor = await start();
    const url = await pingUrl(monitor);
    expect(await (await send(url, '')).json()).toEqual({
      message: 'Ping received',
      monitor: { name: 'job', status: 'up', monitoringActive: true },
      pingStatus: 'up',
    });
    expect((await send(url, '', 'old-secret', 'GET')).status).toBe(200);
    const down = await send(
      url,
      '{"status":"down","reason":"db","group_key":"g","metadata":{"a":1}}',
    );
    expect(await down.json()).toMatchObject({ monitor: { status: 'down' }, pingStatus: 'down' });
    expect((await pingsOf(monitor)).find((ping) => ping.state === 'fail')).toMatchObject({
      message: 'db',
      groupKey: 'g',
      metadata: { a: 1 },
    });
  });

  it('refuses a wrong signature, bad fields, unknown and paused monitors', async () => {
    const monitor = await start();
    const url = await pingUrl(monitor);
    const statuses = async (): Promise<number[]> => [
      (await send(url, '{}', 'wrong')).status,
      (await fetch(url, { method: 'POST' })).status,
      (await send(url, '{"status":"sideways"}')).status,
      (await send(url, '{')).status,
      (await send(url, JSON.stringify({ reason: 'x'.repeat(201) }))).status,
      (await send(`${monitor.url}/api/ping/${randomUUID()}`, '')).status,
    ];
    expect(await statuses()).toEqual([401, 401, 400, 400, 400, 404]);
    await monitor.store.setPaused('job', true, fixture.clock.wallMs());
    const paused = await send(url, '');
    expect([paused.status, await paused.json()]).toEqual([
      404,
      { error: 'Monitor not found or paused' },
    ]);
    expect(await pingsOf(monitor)).toEqual([]);
  });

  it('does not take a state in the address for a success', async () => {
    const monitor = await start();
    const url = `${await pingUrl(monitor)}?status=down`;
    for (const method of ['GET', 'POST']) {
      const refused = await send(url, '', 'new-secret', method);
      expect([refused.status, await refused.json()]).toEqual([
        400,
        { error: 'status must be in the body, got "down"' },
      ]);
    }
    expect((await send(url, '', 'wrong', 'GET')).status).toBe(401);
    expect(await pingsOf(monitor)).toEqual([]);
  });

  it('lets ten pings a minute through', async () => {
    const monitor = await start();
    const url = await pingUrl(monitor);
    for (let count = 0; count < 10; count += 1) expect((await send(url, '')).status).toBe(200);
    const limited = await send(url, '');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60']);
    await fixture.clock.advance(60_000);
    expect((await send(url, '')).status).toBe(200);
  });

  it('creates, groups, reopens and filters alerts', async () => {
    const monitor = await start();
    const url = await alertUrl(monitor, 'sev3');
    const raise = async (body: object): Promise<Record<string, unknown>> =>
      (await (await send(url, JSON.stringify(body))).json()) as Record<string, unknown>;
    const created = await raise({ title: 'Deploy failed', group_key: 'api', severity: 'sev1' });
    expect(created).toMatchObject({ status: 'created', occurrenceCount: 1 });
    expect(await raise({ title: 'Again', group_key: 'api' })).toMatchObject({
      alertId: created['alertId'],
      status: 'occurrence_added',
      occurrenceCount: 2,
    });
    const resolve = `${monitor.url}/api/v1/alerts/${String(created['alertId'])}/resolve`;
    expect((await fetch(resolve, { method: 'POST', headers: bearer(adminKey) })).status).toBe(204);
    expect(await raise({ title: 'Back', group_key: 'api' })).toMatchObject({ status: 'reopened' });
    expect(await raise({ title: 'Meh', severity: 'sev4' })).toEqual({
      alertId: null,
      status: 'filtered',
      message: 'Alert filtered',
      occurrenceCount: null,
      reason: 'less severe than sev3',
    });
  });

  it('refuses alerts without a title, too deep or to nowhere', async () => {
    const monitor = await start();
    const url = await alertUrl(monitor);
    let deep: object = {};
    for (let level = 0; level < 10; level += 1) deep = { deep };
    const statusOf = async (body: object, to = url): Promise<number> =>
      (await send(to, JSON.stringify(body))).status;
    expect(await statusOf({})).toBe(400);
    expect(await statusOf({ title: 'x', severity: 'bad' })).toBe(400);
    expect(await statusOf({ title: 'x', metadata: deep })).toBe(400);
    expect(await statusOf({ title: 'x' }, `${monitor.url}/api/alerts/trigger/nowhere`)).toBe(404);
    expect(await statusOf({ title: 'x' })).toBe(200);
  });
});

describe('PeekAPI', () => {
  const event = (change: object = {}): object => ({
    method: 'get',
    path: '/users/:id',
    status_code: 200,
    response_time_ms: 12.5,
    request_size: 3,
    response_size: 40,
    consumer_id: 'c',
    timestamp: new Date(fixture.clock.wallMs()).toISOString(),
    ...change,
  });

  it('adds events up and leaves out what is none', async () => {
    const monitor = await start();
    const headers = {
      'x-api-key': await createKey(monitor, 'ping'),
      'x-peekapi-sdk': 'node/1.0.0',
    };
    const body = [
      event(),
      event({ status_code: 500, consumer_id: undefined }),
      event({ path: 7 }),
      null,
    ];
    const answer = await postJson(`${monitor.url}/v1/events`, body, headers);
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: 2, rejected: 2 }]);
    const nowMs = fixture.clock.wallMs();
    const analytics = await monitor.store.analyzeRequests(nowMs - 3_600_000, nowMs + 1);
    expect(analytics.total).toMatchObject({ count: 2, errors: 1, responseBytes: 80 });
    expect(analytics.routes).toMatchObject([{ method: 'GET', path: '/users/:id' }]);
  });

  it('refuses a wrong key, no array and broken JSON', async () => {
    const monitor = await start();
    const url = `${monitor.url}/v1/events`;
    const headers = { 'x-api-key': await createKey(monitor, 'ping') };
    expect((await postJson(url, [event()], { 'x-api-key': 'wrong' })).status).toBe(401);
    expect((await postJson(url, event(), headers)).status).toBe(400);
    expect((await postJson(url, '[{', headers)).status).toBe(400);
  });
});
