import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { openApiDocument } from '../src/api/openapi.ts';
import { monitorInput } from '../src/schema/requests.ts';
import { useMonitor } from './running-monitor.ts';

const page = (name: string): string =>
  readFileSync(new URL(`../../../docs/monitor/${name}.md`, import.meta.url), 'utf8');

describe('the documentation of the monitor', () => {
  const fixture = useMonitor();

  it('names every route of the API with its method, and none that is not there', () => {
    const paths = openApiDocument['paths'] as Record<string, Record<string, unknown>>;
    const methods = new Set(['get', 'put', 'post', 'delete']);
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter(
          (method) =>
            methods.has(method) && path.startsWith('/api/v1/') && path !== '/api/v1/pings',
        )
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    const told = [...page('http').matchAll(/^\| `((?:GET|PUT|POST|DELETE) \/api\/v1\/[^`?]+)`/gm)];
    expect(new Set(told.map(([, route]) => route))).toEqual(new Set(routes));
  });

  it('names every field of a monitor', () => {
    const fields = Object.keys(monitorInput['properties'] as object);
    const told = [...page('configuration').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(told).toEqual(expect.arrayContaining(fields));
  });

  it('names every figure of /metrics that is not of Node itself', async () => {
    const monitor = await fixture.start();
    const text = await (await fetch(`${monitor.url}/metrics`)).text();
    const names = [...text.matchAll(/^# TYPE (lubdub_\w+)/gm)].map(([, name]) => name);
    const told = [...page('operation').matchAll(/^\| `(lubdub_\w+)`/gm)].map(([, name]) => name);
    expect(new Set(told)).toEqual(new Set(names));
  });
});
