// Uses `npm start` as a newcomer does: every example reaches the board, the failing one as failed, the silent one goes down
// after its grace; a taken port is one clear line; Ctrl-C ends everything. Run by `npm test`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runnableExamples } from './examples.mjs';
import { environment, root } from './workspace.mjs';

const { run: examples, leftOut } = await runnableExamples();
const startMs = 300_000;
const showMs = 180_000;
const endMs = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'lubdub-start-'));
let output = '';
const running = launch('0', folder);

function launch(port, dataDir) {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...environment(), PORT: port, LUBDUB_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => {
    child.once('close', (code) => done(code));
  });
  return { child, ended };
}

/** Waits until `look` gives something; throws with `what` when it does not in time. */
async function until(what, limitMs, look) {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(200);
  }
  throw new Error(`not seen within ${limitMs / 1000} s: ${what}`);
}

/** What an example's row has to show in the end, or why it does not yet. */
function verdict({ ends }, { state, error, lastPing }) {
  if (ends === 'success') return lastPing?.state === 'success' || lastPing?.state === 'start';
  if (ends === 'fail') return state === 'down' && /orders\.csv/.test(error ?? '');
  return state === 'down' && /no heartbeat received within/.test(error ?? '');
}

async function watchBoard(url) {
  const open = new Map(examples.map((example) => [example.key, example]));
  await until([...open.keys()].join(', '), showMs, async () => {
    const { items } = await (await fetch(`${url}/api/v1/monitors`)).json();
    for (const item of items) {
      const example = open.get(item.key);
      if (example !== undefined && verdict(example, item)) open.delete(item.key);
    }
    return open.size === 0 ? true : undefined;
  }).catch(() => {
    throw new Error(
      `not on the board within ${showMs / 1000} s as they should: ${[...open.keys()].join(', ')}`,
    );
  });
  const page = await (await fetch(url)).text();
  for (const { key, monitor } of examples) {
    if (!page.includes(monitor.name)) throw new Error(`the board's page does not show ${key}`);
    if (!output.includes(key)) throw new Error(`no line was printed for a ping of ${key}`);
  }
  await until('the Express route among the requests', showMs, async () => {
    const requests = await (await fetch(`${url}/requests`)).text();
    return requests.includes('/jobs/daily-report') || undefined;
  });
}

/** A second start on the same port has to say so in one line and to leave. */
async function tryTakenPort(url) {
  const other = join(folder, 'other');
  const second = launch(new URL(url).port, other);
  let said = '';
  second.child.stdout.on('data', (chunk) => (said += chunk));
  second.child.stderr.on('data', (chunk) => (said += chunk));
  const code = await second.ended;
  const lines = said.trim().split('\n');
  if (code !== 1 || lines.length !== 1 || !/port \d+ .* taken/i.test(said))
    throw new Error(`a taken port ended with code ${code} and said:\n${said}`);
}

try {
  running.child.stdout.on('data', (chunk) => (output += chunk));
  running.child.stderr.on('data', (chunk) => (output += chunk));
  const url = await until('the address of the board', startMs, () => {
    if (running.child.exitCode !== null) throw new Error('npm start has ended');
    return /the board is at (http:\S+)\s/.exec(output)?.[1];
  });
  await watchBoard(url);
  if (leftOut !== undefined && !output.includes(leftOut))
    throw new Error('it was not said which examples are left out');
  await tryTakenPort(url);
  running.child.kill('SIGINT');
  const code = await Promise.race([running.ended, wait(endMs, 'still running')]);
  if (code !== 0) throw new Error(`after Ctrl-C: ${code}`);
  if (/ended early|^ +\[.*\] +at /m.test(output))
    throw new Error('something went wrong on the way');
  console.log('every example is on the board as it should be, and Ctrl-C ends all');
} catch (error) {
  console.error(`${output}\n${error.message}`);
  process.exitCode = 1;
} finally {
  running.child.kill('SIGTERM');
  await Promise.race([running.ended, wait(endMs)]);
  running.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
