import { describe, expect, it } from 'vitest';

import { openApiDocument } from '../src/api/openapi.ts';
import { adminKey, bearer } from './dialect-fixture.ts';
import { postJson, useMonitor } from './running-monitor.ts';

const fixture = useMonitor();

describe('for operators the monitor', () => {
  it('answers /healthz and /readyz to anyone, and stops being ready when evaluation stands still', async () => {
    const monitor = await fixture.start({ adminKey });
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`${monitor.url}${path}`)).status;
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200]);
    await monitor.store.close();
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503]);
  });

  it('counts pings, flips and states for Prometheus', async () => {
    const monitor = await fixture.start({ monitors: { job: {} } });
    await postJson(`${monitor.url}/api/v1/pings`, {
      pings: [
        { id: 'a', key: 'job', state: 'fail' },
        { id: 'b', key: 'nobody', state: 'fail' },
      ],
    });
    const text = await (await fetch(`${monitor.url}/metrics`)).text();
    for (const line of [
      'lubdub_pings_total{dialect="lubdub",status="accepted"} 1',
      'lubdub_pings_total{dialect="lubdub",status="unknown-monitor"} 1',
      'lubdub_flips_total{to="down"} 1',
      'lubdub_monitors{state="down"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('describes exactly the routes that it has', async () => {
    const monitor = await fixture.start();
    const described = await (await fetch(`${monitor.url}/api/v1/openapi.json`)).json();
    expect(described).toEqual(openApiDocument);
    const paths = openApiDocument['paths'] as Record<string, Record<string, unknown>>;
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of ['get', 'put', 'post', 'delete'].filter((name) => name in operations)) {
        const url = `${monitor.url}${path.replaceAll(/\{\w+\}/g, 'nothing')}`;
        const answer = await fetch(url, {
          method: method.toUpperCase(),
          ...(method === 'put' || method === 'post'
            ? { body: '{', headers: { 'content-type': 'application/json' } }
            : {}),
        });
        const text = await answer.text();
        // a missing route is answered by the framework; every route here answers in the API's own form
        expect(text, `${method} ${path}`).not.toContain('Route ');
      }
    }
    const missing = await fetch(`${monitor.url}/api/v1/nothing`);
    expect(await missing.text()).toContain('Route ');
  });
});

describe('whoever has no right', () => {
  it('is kept from reading and changing by the scope of the key', async () => {
    const monitor = await fixture.start({ adminKey, monitors: { job: {} } });
    const keyOf = async (scope: string): Promise<string> => {
      const answer = await postJson(
        `${monitor.url}/api/v1/keys`,
        { name: scope, scope },
        bearer(adminKey),
      );
      return ((await answer.json()) as { secret: string }).secret;
    };
    const keys = [undefined, await keyOf('ping'), await keyOf('read'), await keyOf('admin')];
    const statuses = async (path: string, method = 'GET'): Promise<number[]> =>
      Promise.all(
        keys.map(async (key) => {
          const headers = key === undefined ? {} : bearer(key);
          return (await fetch(`${monitor.url}${path}`, { method, headers })).status;
        }),
      );
    expect(await statuses('/api/v1/monitors')).toEqual([401, 403, 200, 200]);
    expect(await statuses('/metrics')).toEqual([401, 403, 200, 200]);
    expect(await statuses('/api/v1/keys')).toEqual([401, 403, 403, 200]);
    expect(await statuses('/api/v1/monitors/job/pause', 'POST')).toEqual([401, 403, 403, 200]);
    const shown = await fetch(`${monitor.url}/api/v1/monitors/job`, {
      headers: bearer(keys[2] ?? ''),
    });
    expect(await shown.json()).not.toHaveProperty('pingToken');
  });

  it('cannot use a deleted key once it is forgotten', async () => {
    const monitor = await fixture.start({ adminKey });
    const made = await postJson(
      `${monitor.url}/api/v1/keys`,
      { name: 'x', scope: 'read' },
      bearer(adminKey),
    );
    const { id, secret } = (await made.json()) as { id: string; secret: string };
    const statusOf = async (): Promise<number> =>
      (await fetch(`${monitor.url}/api/v1/monitors`, { headers: bearer(secret) })).status;
    expect(await statusOf()).toBe(200);
    await fetch(`${monitor.url}/api/v1/keys/${id}`, {
      method: 'DELETE',
      headers: bearer(adminKey),
    });
    await fixture.clock.advance(10_001);
    expect(await statusOf()).toBe(401);
  });

  it('is slowed down', async () => {
    const monitor = await fixture.start({
      adminKey,
      rateLimit: { requestsPerMinute: 3, pingsPerMinute: 2 },
    });
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`${monitor.url}${path}`)).status;
    const reads = [1, 2, 3, 4].map(() => statusOf('/api/v1/monitors'));
    expect((await Promise.all(reads)).toSorted((a, b) => a - b)).toEqual([401, 401, 401, 429]);
    const pings = [1, 2, 3].map(() => statusOf('/ping/wrong/job'));
    expect((await Promise.all(pings)).toSorted((a, b) => a - b)).toEqual([404, 404, 429]);
  });

  it('cannot reach an open monitor through a foreign name or a foreign page', async () => {
    const monitor = await fixture.start();
    const { request } = await import('node:http');
    const statusWith = (headers: Record<string, string>, method = 'GET'): Promise<number> =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          `${monitor.url}/api/v1/monitors/x`,
          { headers, method },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        outgoing.once('error', reject);
        outgoing.end();
      });
    expect(await statusWith({ host: 'evil.example' })).toBe(403);
    expect(await statusWith({ host: `127.0.0.1.evil.example` })).toBe(403);
    expect(await statusWith({ origin: 'http://evil.example' }, 'PUT')).toBe(403);
    expect(await statusWith({ host: 'localhost:4747' })).toBe(404);
    expect(await statusWith({}, 'PUT')).toBe(201);
  });

  it.each(['/', '/nowhere', '/metrics', '/api/v1/pings', '/ping/nothing/at-all'])(
    'gets the usual headers with the answer of %s',
    async (path) => {
      const monitor = await fixture.start();
      const method = path === '/api/v1/pings' ? 'POST' : 'GET';
      const { headers } = await fetch(`${monitor.url}${path}`, { method });
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    },
  );
});
