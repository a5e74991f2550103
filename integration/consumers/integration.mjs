// The consumers, each run against a real receiver, and what it has to hear from them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answers } from '../../scripts/answers.mjs';

/** Libraries that are not installed: NestJS has a consumer of its own. */
export const without = ['nestjs'];

const longestMs = 120_000;
const goodAndBad = (name) => [
  `${name}-bad fail`,
  `${name}-bad start`,
  `${name}-good start`,
  `${name}-good success`,
];

/** Name, command for node, pings in alphabetical order, and whether it takes Redis. */
const consumers = [
  { name: 'Express 4, CommonJS', args: ['express4.cjs'], hears: goodAndBad('express4') },
  {
    name: 'Express 5, ES modules, TypeScript',
    compile: ['--module', 'nodenext', '--outDir', 'built', 'express5.mts'],
    args: ['built/express5.mjs'],
    hears: goodAndBad('express5'),
  },
  { name: 'Fastify 5, CommonJS', args: ['fastify.cjs'], hears: goodAndBad('fastify-cjs') },
  { name: 'Fastify 5, ES modules', args: ['fastify.mjs'], hears: goodAndBad('fastify-mjs') },
  {
    name: 'BullMQ, CommonJS',
    args: ['bullmq.cjs'],
    // a job that may be tried again sends no start to a service that limits the time of a run
    hears: ['bullmq-bad fail', 'bullmq-good success'],
    redis: true,
  },
  {
    name: 'core alone',
    args: ['lonely.cjs'],
    alone: true,
    hears: ['lonely start', 'lonely success'],
  },
  ...[
    ['node10', ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop']],
    ['nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ].map(([name, flags]) => ({
    name: `TypeScript, ${name}`,
    compile: [...flags, '--noEmit', 'types.ts'],
  })),
];

async function node(args, cwd, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? signal}\n${output}`);
}

/** A copy of the installed core with nothing beside it. */
function isolate(folder) {
  const alone = join(folder, 'alone');
  const installed = join('node_modules', '@lubdub', 'core');
  mkdirSync(alone);
  cpSync(join(folder, installed), join(alone, installed), { recursive: true });
  cpSync(join(folder, 'lonely.cjs'), join(alone, 'lonely.cjs'));
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(alone, installed, 'package.json'), 'utf8'),
  );
  const wanted = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  if (Object.keys(wanted).length > 0)
    throw new Error(`core depends on ${Object.keys(wanted).join(', ')}`);
  return alone;
}

async function tryOne({ args, compile, hears, alone }, folder, startPingServer) {
  const strict = ['--strict', '--target', 'es2022', '--lib', 'es2023,esnext.disposable,dom'];
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  if (compile !== undefined) await node([tsc, ...strict, '--types', 'node', ...compile], folder);
  if (args === undefined) return;
  const receiver = await startPingServer();
  try {
    await node(args, alone === true ? isolate(folder) : folder, { LUBDUB_URL: receiver.url });
    const heard = [
      ...new Set(
        receiver.distinct
          .filter(({ state }) => state !== 'log')
          .map(({ key, state }) => `${key} ${state}`),
      ),
    ].toSorted((one, other) => (one < other ? -1 : 1));
    if (heard.join() !== hears.join())
      throw new Error(
        `the receiver heard ${heard.join(', ') || 'nothing'}, not ${hears.join(', ')}`,
      );
  } finally {
    await receiver.close();
  }
}

/**
 * Runs every consumer in the copy of this folder that has everything installed.
 *
 * @param {string} folder the copy
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function test(folder) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const require = createRequire(join(folder, 'package.json'));
  const { startPingServer } = await import(pathToFileURL(require.resolve('@lubdub/core/testing')));
  const redis = await answers(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', 6379);
  for (const consumer of consumers) {
    if (consumer.redis === true && !redis) {
      total.skipped += 1;
      console.log(`skip ${consumer.name}: no Redis answers`);
      continue;
    }
    try {
      await tryOne(consumer, folder, startPingServer);
      total.passed += 1;
      console.log(`ok   ${consumer.name}`);
    } catch (error) {
      total.failed += 1;
      console.error(`FAIL ${consumer.name}\n${error.message}`);
    }
  }
  return total;
}
