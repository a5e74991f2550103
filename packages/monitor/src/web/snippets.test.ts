import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import type { MonitorDefinition } from '../model.ts';
import { snippetsFor } from './snippets.ts';

const hostile = `a'"\\\`\${process.exit()}\`$(touch x)</script> %0a é`;

const target = (key: string, showToken: boolean) => ({
  monitor: { key, pingToken: 'b1d5a8ee-0000-4000-8000-000000000000' } as MonitorDefinition,
  baseUrl: 'http://127.0.0.1:4747',
  showToken,
  needsKey: true,
});

const code = (id: string, key: string, showToken = false): string =>
  snippetsFor(target(key, showToken)).find((snippet) => snippet.id === id)?.code ?? '';

describe('snippets', () => {
  it('exist for every framework, for plain Node and for curl', () => {
    const ids = snippetsFor(target('nightly', true)).map((snippet) => snippet.id);
    expect(ids).toEqual(['express', 'fastify', 'nestjs', 'bullmq', 'plain', 'curl']);
  });

  it.each([
    ['express', /heartbeat\(('.*')\), handler/],
    ['fastify', /heartbeat: ('.*') \} \}/],
    ['nestjs', /@Heartbeat\(('.*')\)/],
    ['bullmq', /withHeartbeat\(('.*'), async/],
    ['plain', /withHeartbeat\(('.*'), async/],
  ])('write a hostile key as one JavaScript literal for %s', (id, form) => {
    const literal = form.exec(code(id, hostile))?.[1] ?? '';
    expect(runInNewContext(literal)).toBe(hostile);
  });

  it('write a hostile key as one word of a shell', () => {
    const word = /('http[^\n]*)\/start'/.exec(code('curl', hostile))?.[1] ?? '';
    const printed = execFileSync('sh', ['-c', `printf %s ${word}'`], { encoding: 'utf8' });
    const segment = printed.slice('http://127.0.0.1:4747/ping/<ping key>/'.length);
    expect(decodeURIComponent(segment)).toBe(hostile);
  });

  it('show the ping token only to those who may see it', () => {
    expect(code('curl', 'nightly', true)).toContain('/ping/b1d5a8ee-');
    expect(code('curl', 'nightly', false)).not.toContain('b1d5a8ee-');
  });
});
