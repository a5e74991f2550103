import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHeartbeat } from '../src/index.ts';
import { lubdub } from '../src/providers/lubdub.ts';
import { CrashLedger } from './support/crash-ledger.ts';

const kills = Number(process.env['LUBDUB_SPOOL_KILLS'] ?? 50);
/** How many share the folder at a time. */
const perRound = 5;
/** Most things that a process says before it is killed. */
const mostSaid = 120;
const fixture = fileURLToPath(new URL('support/crash-child.mjs', import.meta.url));

interface Received {
  readonly id: string;
  readonly key: string;
  readonly state: string;
  readonly message?: string;
  readonly reason?: string;
  readonly host?: string;
}

let server: Server;
let url = '';
let directory = '';
let childScript = '';
let mood: 'well' | 'slow' | 'down' = 'well';
const ledger = new CrashLedger();

beforeAll(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'lubdub-crash-')), 'spool');
  // One file, so that a process begins in a few milliseconds: there are many.
  const conditions = ['@lubdub/source', 'module', 'node', 'production'];
  await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('..', import.meta.url)),
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: fixture,
      outDir: join(directory, '..', 'child'),
      rollupOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
  childScript = join(directory, '..', 'child', 'child.mjs');
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      if (mood === 'down') {
        response.writeHead(503).end();
        return;
      }
      const { pings } = JSON.parse(text) as { pings: Received[] };
      for (const { id, message = '', host = '' } of pings) ledger.received(message, id, host);
      const answer = JSON.stringify({ accepted: pings.length, duplicates: 0, rejected: [] });
      setTimeout(() => response.end(answer), mood === 'slow' ? 20 : 0);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const turns = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** Lets a process say so many lines, and kills it somewhere behind them. */
const killOne = async (name: string): Promise<void> => {
  const child = spawn(process.execPath, [childScript, url, directory, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const enough = Math.floor(Math.random() * mostSaid);
  let output = '';
  let lines = 0;
  let dying = false;
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    lines += part.toString().split('\n').length - 1;
    if (lines <= enough || dying) return;
    dying = true;
    void turns(Math.floor(Math.random() * 40)).then(() => child.kill('SIGKILL'));
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string];
  expect(signal).toBe('SIGKILL');
  ledger.said(name, output);
};

/** Makes the leases of dead processes look old, so that nobody has to wait for half a minute. */
const age = (): void => {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.name === 'lease')
      utimesSync(join(entry.parentPath, entry.name), 1_000_000, 1_000_000);
};

const recover = async (): Promise<void> => {
  const heartbeat = createHeartbeat({
    provider: lubdub({ baseUrl: url }),
    host: 'the-last',
    spool: { directory },
  });
  for (let tries = 0; tries < 2_000; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- until nothing is left
    await heartbeat.flush(500);
    if (heartbeat.stats().providers[0]?.spool?.stored === 0) break;
  }
  await heartbeat.close();
};

describe('a process that is killed', () => {
  it(
    `loses nothing that was on its disk and repeats only what was on the wire, ${kills} times`,
    { timeout: 60_000 + kills * 3_000 },
    async () => {
      const moods = ['well', 'slow', 'down'] as const;
      for (let round = 0; round * perRound < kills; round += 1) {
        mood = moods[round % 3] ?? 'well';
        const names = Array.from(
          { length: perRound },
          (_, index) => `p${round * perRound + index}`,
        );
        // oxlint-disable-next-line no-await-in-loop -- a few at a time share the folder
        await Promise.all(names.map(killOne));
        // Every other time those who come next take over what these leave, and are killed at it.
        if (round % 2 === 0) age();
      }
      mood = 'well';
      age();
      await recover();
      const { counts } = ledger;
      console.log(`${kills} kills: ${JSON.stringify(counts)}`);
      expect(counts).toMatchObject({ lost: 0, doubled: 0, renamed: 0 });
      // All of it was put to the test: something was kept, something was cut off on the wire.
      expect(counts.written).toBeGreaterThan(kills * 3);
      expect(counts.repeated).toBeGreaterThan(0);
    },
  );

  it('has its open runs told as lost by the next process, at the time when it was last heard of', async () => {
    const script = `
      import { createHeartbeat } from '@lubdub/core';
      import { lubdub } from '@lubdub/core/providers/lubdub';
      const heartbeat = createHeartbeat({ provider: lubdub({ baseUrl: ${JSON.stringify(url)} }), spool: { directory: ${JSON.stringify(join(directory, '..', 'runs'))}, flushMs: 0 } });
      heartbeat.start('import');
      await heartbeat.run('done', async () => 1);
      await heartbeat.flush(30_000);
      process.kill(process.pid, 'SIGKILL');`;
    const received: Received[] = [];
    const watch = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        received.push(...(JSON.parse(text) as { pings: Received[] }).pings);
        response.end('{"accepted":1,"duplicates":0,"rejected":[]}');
      });
    }).listen(0, '127.0.0.1');
    await once(watch, 'listening');
    const own = `http://127.0.0.1:${(watch.address() as AddressInfo).port}`;
    const child = spawn(
      process.execPath,
      [
        '--conditions=@lubdub/source',
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        script.replaceAll(url, own),
      ],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
    );
    const [, signal] = (await once(child, 'close')) as [number | null, string];
    expect(signal).toBe('SIGKILL');
    const runs = join(directory, '..', 'runs');
    for (const entry of readdirSync(runs, { recursive: true, withFileTypes: true }))
      if (entry.name === 'lease')
        utimesSync(join(entry.parentPath, entry.name), 2_000_000_000, 2_000_000_000);
    const next = createHeartbeat({
      provider: lubdub({ baseUrl: own }),
      spool: { directory: runs },
    });
    await next.flush();
    await next.close();
    watch.close();
    // What was accepted and not acknowledged on the disk yet comes again, under its id.
    const distinct = [...new Map(received.map((one) => [one.id, one])).values()];
    expect(distinct.map(({ key, state, reason }) => [key, state, reason])).toEqual([
      ['import', 'start', undefined],
      ['done', 'start', undefined],
      ['done', 'success', undefined],
      ['import', 'fail', 'process-lost'],
    ]);
  });
});
