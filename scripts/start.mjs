// `npm start`: installs, builds, starts the monitor and lets every example beat against it.
//
//   PORT              port of the monitor on 127.0.0.1; default 4747, 0 for any free one
//   LUBDUB_DATA   folder of its database; default .lubdub/monitor
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { runnableExamples } from './examples.mjs';
import {
  endCommandsOnSignal,
  ensurePnpm,
  environment,
  install,
  requireNode,
  root,
  run,
} from './workspace.mjs';

const callEveryMs = 5_000;

/** Ends the process with one line. */
function fail(line) {
  console.error(line);
  process.exit(1);
}

function readPort(text) {
  if (text === undefined || text === '') return 4747;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  return fail(`PORT is "${text}"; it takes a port number, 0 to 65535`);
}

/** Ends the process with one line when the port cannot be had; before minutes are spent on an installation. */
function checkPort(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if (error.code === 'EADDRINUSE')
        fail(
          `port ${port} on 127.0.0.1 is taken; end what listens there or choose another: PORT=4748 npm start`,
        );
      fail(`port ${port} on 127.0.0.1 cannot be used: ${error.message}`);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(done));
  });
}

async function prepare() {
  console.log('installing …');
  try {
    ensurePnpm();
  } catch (error) {
    fail(error.message);
  }
  const installed = await install();
  if (!installed.ok) fail(`${installed.output}\nthe installation failed`);
  console.log('building …');
  const built = await run("turbo run build --filter='./packages/*' --output-logs=errors-only", {
    quiet: true,
  });
  if (!built.ok) fail(`${built.output}\nthe build failed`);
}

/** Starts the built monitor in this process; it says itself what is wrong with its folder or port. */
async function startBoard(port, examples) {
  const { startMonitor } = await import('../packages/monitor/dist/index.js');
  const dataDir = resolve(process.env.LUBDUB_DATA ?? join(root, '.lubdub', 'monitor'));
  const monitors = Object.fromEntries(examples.map(({ key, monitor }) => [key, monitor]));
  try {
    const board = await startMonitor({ port, dataDir, monitors, onPing: showPing });
    board.store.subscribe((event) => {
      if (event.type === 'flip') showFlip(event.flip);
    });
    return board;
  } catch (error) {
    return fail(error.message);
  }
}

const clockTime = (timeMs) => new Date(timeMs).toTimeString().slice(0, 8);

function showPing({ state, timestampMs, durationMs, message }, key) {
  const took = durationMs === undefined ? '' : `  ${Math.round(durationMs)} ms`;
  const said = message === undefined ? '' : `  ${message.split('\n')[0]}`;
  console.log(`${clockTime(timestampMs)}  ${state.padEnd(8)} ${key}${took}${said}`);
}

function showFlip({ monitorKey, atMs, from, to, text }) {
  console.log(`${clockTime(atMs)}  ${from} -> ${to}  ${monitorKey}: ${text}`);
}

const children = new Map();
const callers = [];

/** Starts an example; a route is called from here, as a scheduler would. */
function startExample({ folder, command, called }, url) {
  const child = spawn(process.execPath, command, {
    cwd: join(root, 'examples', folder),
    env: { ...environment(), LUBDUB_URL: url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => {
    child.once('error', (error) => console.error(`${folder}: ${error.message}`));
    child.once('close', (code) => {
      children.delete(folder);
      if (!leaving) console.error(`example ${folder} ended early with exit code ${code}`);
      done();
    });
  });
  children.set(folder, { child, ended });
  let waiting = called === true;
  const print = (chunk) => {
    for (const line of String(chunk).trimEnd().split('\n')) console.log(`  [${folder}] ${line}`);
  };
  child.stderr.on('data', print);
  child.stdout.on('data', (chunk) => {
    print(chunk);
    const route = /http:\/\/\S+/.exec(String(chunk))?.[0];
    if (!waiting || route === undefined) return;
    waiting = false;
    const call = () =>
      void fetch(route, { method: 'POST' }).then(
        (response) => response.text(),
        () => {},
      );
    call();
    callers.push(setInterval(call, callEveryMs));
  });
}

let leaving = false;

async function leave(board) {
  if (leaving) return;
  leaving = true;
  console.log('\nending …');
  for (const timer of callers) clearInterval(timer);
  for (const { child } of children.values()) child.kill('SIGTERM');
  const patience = setTimeout(() => {
    for (const { child } of children.values()) child.kill('SIGKILL');
  }, 5_000);
  await Promise.all([...children.values()].map(({ ended }) => ended));
  clearTimeout(patience);
  await board.close();
}

requireNode();
const port = readPort(process.env.PORT);
await checkPort(port);
const forget = endCommandsOnSignal();
await prepare();
forget();
const { run: examples, leftOut } = await runnableExamples();
const board = await startBoard(port, examples);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void leave(board));
console.log(`\nthe board is at ${board.url}\nCtrl-C ends the monitor and the examples\n`);
if (leftOut !== undefined) console.log(leftOut);
for (const example of examples) startExample(example, board.url);
