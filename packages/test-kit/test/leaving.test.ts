import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOpshift, startPeekapi } from '../src/receivers/index.ts';
import type { OpshiftReceiver, PeekapiReceiver } from '../src/receivers/index.ts';

const secret = '0123456789abcdef'.repeat(4);
const folder = fileURLToPath(new URL('..', import.meta.url));
let incidents: OpshiftReceiver;
let analytics: PeekapiReceiver;

beforeEach(async () => {
  incidents = await startOpshift({ secrets: [secret], tokens: [], alerts: ['wh-1'] });
  analytics = await startPeekapi({ apiKey: 'ak_live_1' });
});
afterEach(async () => {
  await incidents.close();
  await analytics.close();
});

const script = (body: string): string => `
import { createHeartbeat } from '@lubdub/core';
import { opshift } from '@lubdub/core/providers/opshift';
import { peekapi } from '@lubdub/core/providers/peekapi';
const heartbeat = createHeartbeat({
  provider: [
    opshift({ secret: '${secret}', baseUrl: '${incidents.url}' }),
    peekapi({ apiKey: 'ak_live_1', baseUrl: '${analytics.url}' }),
  ],
  // With a spool an exit leaves the events on the disk, for the next process.
  spool: false,
  exitBudgetMs: 60_000,
});
const track = (path) => heartbeat.track({ method: 'GET', path, statusCode: 200, responseTimeMs: 1 });
${body}`;

const run = (body: string): Promise<{ readonly code: number | null; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const args = [
      '--conditions=@lubdub/source',
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      script(body),
    ];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });

describe('the end of a process', () => {
  it('waits for an alert that is awaited', async () => {
    const ended = await run(
      `console.log((await heartbeat.alert('wh-1', { title: 'Deploy failed' })).status);`,
    );
    expect(ended).toEqual({ code: 0, output: 'accepted' });
    expect(incidents.events).toHaveLength(1);
  });

  it('sends tracked events when a script runs to its natural end', async () => {
    const { code } = await run(`for (let index = 0; index < 150; index += 1) track('/' + index);`);
    expect(code).toBe(0);
    expect(new Set(analytics.events.map(({ path }) => path)).size).toBe(150);
    expect(analytics.events).toHaveLength(150);
  });

  it('sends tracked events when the script calls process.exit()', async () => {
    const { code } = await run(`track('/a'); track('/b'); process.exit(3);`);
    expect(code).toBe(3);
    expect(analytics.events.map(({ path }) => path)).toEqual(['/a', '/b']);
  });
});
