// Every folder of examples/, copied out of the repository and installed from the packed libraries, run against the monitor: it
// is heard, and it ends well when it is asked to.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/workspace.mjs';
import { answers } from '../../scripts/answers.mjs';

const longestMs = 120_000;
const atOnce = 4;

/**
 * What the monitor has to hear from each example; `once`: it ends by itself, `called`: it prints a route
 * that something calls, `ends`: exit code or signal, when it is not 0.
 */
const expected = {
  agenda: { hears: ['stock-report success'], needs: 'redis' },
  bullmq: { hears: ['invoice-reminders success'], needs: 'redis' },
  cron: { hears: ['newsletter start', 'newsletter success'] },
  croner: { hears: ['exchange-rates start', 'exchange-rates success'] },
  express: { hears: ['daily-report start', 'daily-report success'], called: true },
  express4: { hears: ['price-list start', 'price-list success'], called: true },
  'failing-job': { hears: ['order-import start', 'order-import fail'] },
  fastify: { hears: ['invoice-mailing start', 'invoice-mailing success'], called: true },
  'graphile-worker': { hears: ['stock-sync success'], needs: 'postgres' },
  lambda: { hears: ['order-import-lambda start', 'order-import-lambda success'], once: true },
  // Nest raises the signal again when its hooks are done
  nestjs: {
    hears: ['session-cleanup success', 'stock-count success'],
    called: true,
    ends: 'SIGTERM',
  },
  'node-cron': { hears: ['log-pruning start', 'log-pruning success'] },
  'node-schedule': { hears: ['search-index start', 'search-index success'] },
  'p-queue': { hears: ['thumbnails start', 'thumbnails success'] },
  'pg-boss': { hears: ['order-mails success'], needs: 'postgres' },
  plain: { hears: ['nightly-backup start', 'nightly-backup success'] },
  'silent-job': { hears: ['price-sync start', 'price-sync success'] },
  'toad-scheduler': { hears: ['cache-warming start', 'cache-warming success'] },
  vercel: { hears: ['nightly-report start', 'nightly-report success'], once: true },
  workers: { hears: ['session-pruning start', 'session-pruning success'], once: true },
};

const foldersOf = (path) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name);

/**
 * Copies the examples beside this folder's package.json, which has them as npm workspaces.
 *
 * @param {string} folder the copy of this folder
 */
export function prepare(folder) {
  cpSync(join(root, 'examples'), join(folder, 'examples'), {
    recursive: true,
    filter: (path) => !/node_modules|\.turbo/.test(path),
  });
}

const redisUrl = () => {
  const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  // not the database of anybody's work
  url.pathname = '/15';
  return url.href;
};
const databaseUrl = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** A process and what it says; `said` resolves with the first match. */
function launch(folder, environment) {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [, ...args] = scripts.start.split(' ');
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const said = (pattern) =>
    new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(output);
        if (found !== null) resolve(found[0]);
      };
      listeners.add(look);
      look();
    });
  return { child, ended, said, output: () => output };
}

async function tryExample(name, folder, monitor, environment) {
  const { hears, called = false, once = false, ends = 0 } = expected[name];
  const running = launch(folder, environment);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), longestMs);
  const early = running.ended.then((code) => {
    if (!once || code !== 0) throw new Error(`it ended too early, with ${code}`);
  });
  early.catch(() => {}); // after the race nobody waits for it
  const withoutEnd = (promise) => Promise.race([promise, early.then(() => promise)]);
  try {
    if (called) {
      const route = await withoutEnd(running.said(/http:\/\/\S+/));
      await (await fetch(route, { method: 'POST' })).text();
    }
    await withoutEnd(monitor.heard(hears));
    if (once) await early;
    else running.child.kill('SIGTERM');
    const code = await running.ended;
    if (code !== ends) throw new Error(`it ended with ${code}`);
  } catch (error) {
    throw new Error(`${error.message}\n${running.output()}`, { cause: error });
  } finally {
    clearTimeout(timer);
    running.child.kill('SIGKILL');
  }
}

/** The built monitor, and a way to wait for what it hears. */
async function startListening(dataDir) {
  const built = join(root, 'packages', 'monitor', 'dist', 'index.js');
  const { startMonitor } = await import(pathToFileURL(built).href);
  const pings = new Set();
  const listeners = new Set();
  const board = await startMonitor({
    port: 0,
    dataDir,
    onPing({ state }, key) {
      pings.add(`${key} ${state}`);
      for (const listener of listeners) listener();
    },
  });
  const heard = (wanted) =>
    new Promise((resolve) => {
      const look = () => {
        if (!wanted.every((ping) => pings.has(ping))) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  return { url: board.url, heard, close: () => board.close() };
}

async function dropSchemas(folder, schemas) {
  const require = createRequire(join(folder, 'examples', 'pg-boss', 'package.json'));
  const { Client } = createRequire(require.resolve('pg-boss'))('pg');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  for (const schema of schemas) await client.query(`drop schema if exists ${schema} cascade`);
  await client.end();
}

/**
 * Runs every example in the copy of this folder that has everything installed.
 *
 * @param {string} folder the copy
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function test(folder) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const services = {
    redis: await answers(redisUrl(), 6379),
    postgres: await answers(databaseUrl, 5432),
  };
  const monitor = await startListening(join(folder, 'data'));
  const suffix = randomUUID().replaceAll('-', '');
  const schemas = { PGBOSS_SCHEMA: `boss_${suffix}`, GRAPHILE_WORKER_SCHEMA: `graphile_${suffix}` };
  const environment = {
    ...schemas,
    LUBDUB_URL: monitor.url,
    PORT: '0',
    REDIS_URL: redisUrl(),
    DATABASE_URL: databaseUrl,
  };
  const waiting = foldersOf(join(folder, 'examples'));
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { needs } = expected[name] ?? {};
      if (needs !== undefined && !services[needs]) {
        total.skipped += 1;
        console.log(`skip ${name}: no ${needs} answers`);
        continue;
      }
      try {
        if (expected[name] === undefined)
          throw new Error('integration/examples does not say what is to be heard of it');
        await tryExample(name, join(folder, 'examples', name), monitor, environment);
        total.passed += 1;
        console.log(`ok   ${name}`);
      } catch (error) {
        total.failed += 1;
        console.error(`FAIL ${name}\n${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await monitor.close();
  if (services.postgres) await dropSchemas(folder, Object.values(schemas));
  return total;
}
