import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { adminKey, bearer, dialectFixture } from './dialect-fixture.ts';
import { postJson, useMonitor } from './running-monitor.ts';

const fixture = useMonitor();
const { createKey, job, pingsOf, start } = dialectFixture(fixture);
const secret = 'new-secret';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly schema: Schema;
}

/** Every operation of the document that takes an object, with the schema that the document gives for it. */
const operationsOf = async (monitor: RunningMonitor): Promise<Operation[]> => {
  const document = (await (await fetch(`${monitor.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, unknown> } }>>;
    components: { schemas: Record<string, Schema> };
  };
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) => {
      if (requestBody === undefined) return [];
      const { schema } = requestBody.content['application/json'] as { schema: Schema };
      const resolved = document.components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
      return [{ path, method: method.toUpperCase(), schema: resolved }];
    }),
  );
};

/** Something that no field of this type takes. */
const wrongFor = ({ type }: Schema): unknown =>
  [type].flat().includes('object') ? 'text' : { wrong: true };

/** Something that passes for each required field, so that only the broken one is told. */
const rightFor: Readonly<Record<string, unknown>> = {
  pings: [],
  name: 'x',
  scope: 'ping',
  title: 'x',
  monitor_id: 'job',
};

describe('a body', () => {
  it('is refused wherever the API document says so, with the field, what it got and what it takes', async () => {
    const monitor = await start();
    const source = await postJson(
      `${monitor.url}/api/v1/alert-sources/deploys`,
      {},
      bearer(adminKey),
      'PUT',
    );
    const tokens: Readonly<Record<string, string>> = {
      '/api/ping/{token}': (await job(monitor)).pingToken,
      '/api/alerts/trigger/{token}': ((await source.json()) as { token: string }).token,
    };
    const broken: string[] = [];
    for (const { path, method, schema } of await operationsOf(monitor)) {
      const url = `${monitor.url}${path.replace('{token}', tokens[path] ?? '').replace('{key}', 'k')}`;
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        const right = (schema.required ?? []).map((required) => [required, rightFor[required]]);
        const body = JSON.stringify({ ...Object.fromEntries(right), [name]: wrongFor(field) });
        const answer = await postJson(
          url,
          body,
          {
            ...bearer(adminKey),
            'x-api-key': adminKey,
            'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
          },
          method,
        );
        // ten pings a minute
        await fixture.clock.advance(10_000);
        const { error } = (await answer.json()) as { error: string | { message: string } };
        const message = typeof error === 'string' ? error : error.message;
        const at = `${method} ${path} ${name}`;
        expect([at, answer.status]).toEqual([at, 400]);
        expect(message).toMatch(new RegExp(`^${name} .*(takes|must be) \\S`));
        expect(message).toMatch(/got (\{"wrong|"text")/);
        broken.push(at);
      }
    }
    expect(broken).toEqual(
      expect.arrayContaining([
        'POST /api/v1/pings sentMs',
        'PUT /api/v1/monitors/{key} maintenance',
        'POST /api/v1/keys scope',
        'PUT /api/v1/alert-sources/{key} minSeverity',
        'POST /api/monitoring/heartbeat metadata',
        'POST /api/ping/{token} group_key',
        'POST /api/alerts/trigger/{token} severity',
      ]),
    );
    expect(await pingsOf(monitor)).toEqual([]);
    expect(await monitor.store.findMonitor({ by: 'key', value: 'k' })).toBeNull();
  });

  it.each([
    [{ tags: ['a', 7] }, 'tags[1] got 7; it takes 1 to 100 characters'],
    [{ tags: Array.from({ length: 51 }, () => 'x') }, 'tags got 51 items; it takes a list of at'],
    [{ graceMs: -1 }, 'graceMs got -1; it takes a whole number from 0 to 315360000000'],
    [{ interval: 5 }, 'interval is not known; it takes one of name, schedule,'],
    [{ maintenance: [{ kind: 'daily' }] }, 'maintenance[0].kind got "daily"; it takes "once" or'],
    [{ maintenance: [{ kind: 'once', fromMs: 1 }] }, 'maintenance[0].toMs got nothing; it takes'],
    [{ schedule: '61 * * * *' }, 'schedule got "61 * * * *"'],
    [{ schedule: '* * * * *', intervalMs: 5000 }, 'exclude each other'],
    [[], 'the body got []; it takes an object'],
  ])('that declares a monitor as %j is told what is wrong', async (body, text) => {
    const monitor = await start();
    const url = `${monitor.url}/api/v1/monitors/k`;
    const answer = await postJson(url, body, bearer(adminKey), 'PUT');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { code: 'invalid', message: expect.stringContaining(text) as string },
    });
    expect(await monitor.store.findMonitor({ by: 'key', value: 'k' })).toBeNull();
  });

  it('of 500 pings loses none for a bad one, which is told by name', async () => {
    const monitor = await start();
    const pings: object[] = Array.from({ length: 500 }, (_, index) => ({
      id: `p${index}`,
      key: 'job',
      state: 'log',
    }));
    pings[250] = { id: 'bad', key: 'job', state: 'log', metrics: { depth: 'deep' } };
    const answer = await postJson(`${monitor.url}/api/v1/pings`, { pings }, bearer(adminKey));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        accepted: 499,
        duplicates: 0,
        rejected: [
          {
            id: 'bad',
            reason: 'invalid',
            message: 'metrics.depth got "deep"; it takes a number',
          },
        ],
      },
    ]);
    const { items } = await monitor.store.listPings({ limit: 500 });
    expect(items).toHaveLength(499);
  });

  it('with hostile metadata is kept as text and changes no object', async () => {
    const monitor = await start();
    const url = `${monitor.url}/api/v1/pings`;
    const send = (metadata: string): Promise<Response> =>
      postJson(
        url,
        `{"pings":[{"id":"a","key":"job","state":"log","metadata":${metadata}}]}`,
        bearer(adminKey),
      );
    for (const metadata of [
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      `{"x":"${'y'.repeat(100_000)}"}`,
    ]) {
      const text = await (await send(metadata)).text();
      expect(text).toMatch(/"invalid"/);
      expect(text).not.toContain('node_modules');
    }
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(await pingsOf(monitor)).toEqual([]);
    const script = { '<script>': '</script><img src=x onerror=alert(1)>', 'a\u0000': '\uD800' };
    expect(await (await send(JSON.stringify(script))).json()).toMatchObject({ accepted: 1 });
    expect(await (await send(JSON.stringify(script))).json()).toMatchObject({ duplicates: 1 });
    expect(await pingsOf(monitor)).toHaveLength(1);
  });

  it('is not read from whoever has no key', async () => {
    const monitor = await start();
    for (const path of ['/api/v1/pings', '/api/monitoring/heartbeat', '/v1/events']) {
      expect((await postJson(`${monitor.url}${path}`, '{nonsense')).status).toBe(401);
    }
    const read = await createKey(monitor, 'read');
    const keys = `${monitor.url}/api/v1/keys`;
    expect((await postJson(keys, '{nonsense', bearer(read))).status).toBe(403);
  });
});
