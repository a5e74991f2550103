// Starts child processes for the benchmarks and hands back what they measured.
import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Starts the receiver; resolves with its address and a way to ask it. */
export const startReceiver = async () => {
  const child = fork(here('./receiver.mjs'));
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    counts: async () => (await fetch(`${url}/counts`)).json(),
    reset: async () => void (await fetch(`${url}/reset`)),
    stop: () => child.disconnect(),
  };
};

/** Runs a measuring script in a fresh process; resolves with the one message it sends. */
export const measure = (script, input, execArgv = []) =>
  new Promise((resolve, reject) => {
    const child = fork(here(script), [JSON.stringify(input)], {
      execArgv,
      stdio: ['ignore', 'ignore', process.env.BENCH_DEBUG ? 'inherit' : 'ignore', 'ipc'],
    });
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Error(`${script} ended with ${code} before it said anything`)),
    );
  });

/** Installs the peers once. */
export const installPeers = () => {
  if (existsSync(here('../peers/node_modules'))) return;
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: here('../peers'),
    // what is printed here becomes a page of figures
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the peers could not be installed');
};

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
