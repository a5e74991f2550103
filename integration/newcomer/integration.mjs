// Follows the README to the letter, from an empty folder: what it says to install is installed (our packages from tarballs), what it
// says to save is saved, what it says to run is run. Only the queue's name is made unique, for a Redis that others use as well.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { blocksOf } from '../../scripts/docs/pages.mjs';
import { root, run } from '../../scripts/workspace.mjs';
import { answers } from '../../scripts/answers.mjs';
import { startHealthchecks } from './healthchecks.mjs';

/** It installs by itself, as the README says. */
export const install = false;

const longestMs = 120_000;
const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const codeOf = (block) => block.code.join('\n');

function blockWith(what, fits) {
  const block = blocksOf('README.md').find(fits);
  if (block === undefined) throw new Error(`README.md has no longer ${what}`);
  return codeOf(block);
}

/** The command with our tarballs for our names, and the versions that the other tests have. */
function withTarballs(command, tarballs) {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  return command
    .split(' ')
    .map((word) => {
      const ours = /^@lubdub\/(\w+)$/.exec(word)?.[1];
      if (ours !== undefined) return tarballs.find((file) => file.includes(`lubdub-${ours}-`));
      const version = new RegExp(`^  ${word}: (\\S+)$`, 'm').exec(catalog)?.[1];
      return version === undefined ? word : `${word}@${version}`;
    })
    .join(' ');
}

function launch(command, folder, environment) {
  const [, name, value, file] = /^(\w+)=(\S+) node (\S+)$/.exec(command) ?? [];
  if (file === undefined) throw new Error(`README.md says to run something else: ${command}`);
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { ...process.env, ...environment, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return { child, ended, output: () => output };
}

/** Adds a job that fails, as the reader's next step would be; returns a way to clean up. */
async function addFailingJob(folder, name) {
  const require = createRequire(join(folder, 'package.json'));
  const { Queue } = require('bullmq');
  const { Redis } = require('ioredis');
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection });
  await queue.add('welcome', { to: '' });
  return async () => {
    await queue.obliterate({ force: true });
    await queue.close();
    connection.disconnect();
  };
}

const expect = (what, found, wanted) => {
  if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`);
};

async function follow(folder, tarballs, service) {
  mkdirSync(folder);
  const command = blockWith(
    'an installation with bullmq',
    (block) => block.language === 'sh' && /npm install .*bullmq/.test(codeOf(block)),
  );
  const installed = await run(withTarballs(command, tarballs), { cwd: folder, quiet: true });
  if (!installed.ok) throw new Error(installed.output);

  const queue = `mail-${randomUUID()}`;
  const code = blockWith('a file worker.mjs', ({ flags }) => flags.includes('file=worker.mjs'));
  writeFileSync(join(folder, 'worker.mjs'), `${code.replaceAll("'mail'", `'${queue}'`)}\n`);

  const start = blockWith('a command that runs worker.mjs', (block) =>
    /node worker\.mjs/.test(codeOf(block)),
  );
  const worker = launch(start, folder, { HEALTHCHECKS_BASE_URL: service.url, REDIS_URL: redisUrl });
  const timer = setTimeout(() => worker.child.kill('SIGKILL'), longestMs);
  const early = worker.ended.then((code) => {
    throw new Error(`it ended too early, with ${code}`);
  });
  early.catch(() => {}); // after the race nobody waits for it
  try {
    await Promise.race([service.heard('welcome-mail', 'success'), early]);
    const cleanUp = await addFailingJob(folder, queue);
    const fail = await Promise.race([service.heard('welcome-mail', 'fail'), early]);
    worker.child.kill('SIGTERM');
    expect('the worker ends with', await worker.ended, 0);
    await cleanUp();
    expect('the fail says', fail.body, 'Error: the mail has no recipient');
    const [started, succeeded] = service.pings;
    expect('the first ping', started.state, 'start');
    expect('its run', started.rid, succeeded.rid);
    expect('it printed', worker.output().includes('sent to ada@example.org'), true);
    expect('refused pings', service.refused.join(), '');
  } catch (error) {
    throw new Error(`${error.message}\n${worker.output()}`, { cause: error });
  } finally {
    clearTimeout(timer);
    worker.child.kill('SIGKILL');
  }
}

/**
 * @param {string} folder the copy of this folder
 * @param {readonly string[]} tarballs of our packages
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function test(folder, tarballs) {
  if (!(await answers(redisUrl, 6379))) {
    console.log('skip: no Redis answers');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const service = await startHealthchecks('your-ping-key');
  try {
    await follow(join(folder, 'empty'), tarballs, service);
    console.log('ok   a BullMQ worker with Healthchecks, from the README alone');
    return { passed: 1, failed: 0, skipped: 0 };
  } catch (error) {
    console.error(`FAIL ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    service.close();
  }
}
