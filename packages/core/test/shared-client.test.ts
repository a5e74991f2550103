import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder: string = join(import.meta.dirname, '..');
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'lubdub-shared-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: scratch,
      target: 'node20',
      modulePreload: false,
      minify: false,
      lib: {
        entry: join(folder, 'src/index.ts'),
        formats: ['es', 'cjs'],
        fileName: (format) => (format === 'es' ? 'core.mjs' : 'core.cjs'),
      },
      rolldownOptions: { external: /^node:/u },
    },
  });
});

afterAll(() => rmSync(scratch, { recursive: true }));

const run = (script: string): string => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: scratch,
    encoding: 'utf8',
  });
  return stdout + stderr;
};

const load = `
import { createRequire } from 'node:module';
import * as esm from './core.mjs';
const cjs = createRequire(process.cwd() + '/')('./core.cjs');
`;

describe('an ES module and a CommonJS copy in one process', () => {
  it('share the client of the process, and recognise each other’s errors', () => {
    const printed = run(`${load}
const client = esm.initHeartbeat({ provider: [] });
let code;
try { cjs.initHeartbeat({ provider: [] }); } catch (error) { code = [error.code, esm.isLubdubError(error), error instanceof esm.LubdubError]; }
console.log(JSON.stringify([cjs.getHeartbeat() === client, code]));
await client.close();
try { cjs.getHeartbeat(); } catch (error) { console.log(error.code); }
const next = cjs.initHeartbeat({ provider: [] });
console.log(esm.getHeartbeat() === next);
`);
    expect(printed.trim().split('\n')).toEqual([
      '[true,["ERR_LUBDUB_ALREADY_INITIALIZED",true,false]]',
      'ERR_LUBDUB_NOT_INITIALIZED',
      'true',
    ]);
  });

  it('listen to the end of the process once', () => {
    const provider = `{ name: 'p', origins: ['http://localhost:1'], capabilities: { states: ['success'], text: false, metadata: false, rateLimits: [] }, toRequest: () => ({ method: 'GET', url: 'http://localhost:1' }), interpret: () => ({ status: 'accepted' }) }`;
    const printed = run(`${load}
const count = () => ['beforeExit', 'exit', 'uncaughtExceptionMonitor'].map((name) => process.listenerCount(name));
const before = count();
for (let index = 0; index < 20; index += 1) { esm.createHeartbeat({ provider: ${provider} }); cjs.createHeartbeat({ provider: ${provider} }); }
console.log(count().map((now, index) => now - before[index]).join());
`);
    expect(printed.trim()).toBe('1,1,1');
  });
});

const registered = `
import { getHeartbeat } from '@lubdub/core';
declare module '@lubdub/core' {
  interface Register { monitors: 'nightly-backup' | 'sync' }
}
export const good: Promise<unknown> = getHeartbeat().ping('sync');
// @ts-expect-error -- a key that is not registered
export const bad: Promise<unknown> = getHeartbeat().ping('synch');
// @ts-expect-error -- the same for a run
export const worse: number = getHeartbeat().run('nightly', () => 1);
`;

describe('monitor keys registered for the whole process', () => {
  it('are the only ones that compile', () => {
    // Elsewhere: what is registered holds for all that is compiled together, this package included.
    const inside = mkdtempSync(join(tmpdir(), 'lubdub-register-'));
    try {
      writeFileSync(join(inside, 'registered.mts'), registered);
      writeFileSync(
        join(inside, 'tsconfig.json'),
        JSON.stringify({
          extends: join(folder, 'tsconfig.json'),
          compilerOptions: {
            paths: { '@lubdub/core': [join(folder, 'src/index.ts')] },
            typeRoots: [join(folder, '../../node_modules/@types')],
          },
          include: ['registered.mts'],
        }),
      );
      const compiler = join(folder, '../../node_modules/.bin/tsc');
      const { status, stdout } = spawnSync(compiler, ['--noEmit', '-p', inside], {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      expect([stdout, status]).toEqual(['', 0]);
    } finally {
      rmSync(inside, { recursive: true });
    }
  });
});
