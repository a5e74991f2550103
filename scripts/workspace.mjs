// What the scripts share: the environment of the tools, pnpm without a global pnpm, running commands.
// Node's built-ins only, for this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folder of the repository. */
export const root = join(import.meta.dirname, '..');

const windows = process.platform === 'win32';
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = manifest.packageManager.replace('pnpm@', '');

/**
 * Ends the process with one line when this Node is older than the repository needs.
 *
 * @returns {void}
 */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`lubdub needs Node 20.19 or newer, this is ${process.versions.node}`);
  process.exit(1);
}

/**
 * The environment of every tool: telemetry off, the repository's tools and a `pnpm` on PATH.
 *
 * @param {string} [pathFirst] a folder for the front of PATH
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(pathFirst) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  // npm tells its scripts about the project it was started in; an npm started by a script must not believe it
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle)_|^npm_config_local_prefix$/.test(name)) delete env[name];
  }
  const folders = [pathFirst, join(root, 'node_modules', '.bin'), pnpmFolder].filter(Boolean);
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [...folders, env[key]].join(delimiter);
  return env;
}

/** Folder that has the pinned pnpm; empty while the one on PATH serves. */
let pnpmFolder = '';

/**
 * Makes sure that a pnpm of the pinned major version can be called: the one on PATH, else one that
 * npm puts into `.lubdub/tools` (once; some seconds).
 *
 * @returns {void}
 * @throws {Error} when npm cannot fetch it
 */
export function ensurePnpm() {
  const found = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell: windows });
  if (found.status === 0 && found.stdout.split('.')[0] === pnpmVersion.split('.')[0]) return;
  const folder = join(root, '.lubdub', 'tools', `pnpm-${pnpmVersion}`);
  const bin = join(folder, 'node_modules', '.bin');
  if (!existsSync(join(bin, windows ? 'pnpm.cmd' : 'pnpm'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const made = spawnSync('npm', [...args, `pnpm@${pnpmVersion}`], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: windows,
    });
    if (made.status !== 0) throw new Error(`npm could not install pnpm ${pnpmVersion}`);
  }
  pnpmFolder = bin;
}

/**
 * Runs a shell command in the repository.
 *
 * @param {string} command a command line for the shell
 * @param {{ quiet?: boolean, keep?: boolean, timeoutMs?: number, cwd?: string, env?: Record<string, string>, pathFirst?: string }} [options]
 *   quiet: the output is kept and not shown; keep: it is kept and shown; timeoutMs: default 15 minutes, then the command
 *   and its children are killed; pathFirst: a folder to look for programs in before all others
 * @returns {Promise<{ ok: boolean, output: string }>} `ok` is false for an exit code other than 0 and after a timeout;
 *   `output` is what it printed (empty unless quiet or keep)
 */
export function run(
  command,
  { quiet = false, keep = false, timeoutMs = 900_000, cwd = root, env = {}, pathFirst } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd,
      env: { ...environment(pathFirst), ...env },
      shell: true,
      // a group of its own, so that a timeout also ends the grandchildren
      detached: !windows,
      stdio: quiet || keep ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8');
    const hear = (shown) => (chunk) => {
      output += chunk;
      if (keep) shown.write(chunk);
    };
    child.stdout?.on('data', hear(process.stdout));
    child.stderr?.on('data', hear(process.stderr));
    const timer = setTimeout(() => {
      output += `\nkilled: it took more than ${timeoutMs / 1000} s\n`;
      if (!quiet) console.error(`killed after ${timeoutMs / 1000} s: ${command}`);
      killGroup(child, 'SIGKILL');
    }, timeoutMs);
    child.once('error', (error) => (output += `${error.message}\n`));
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ ok: code === 0, output });
    });
  });
}

const running = new Set();

function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it has just ended by itself
  }
}

/**
 * Makes Ctrl-C end the commands that `run` started, too: they have process groups of their own.
 *
 * @returns {() => void} takes the handlers away again
 */
export function endCommandsOnSignal() {
  process.on('SIGINT', endCommands);
  process.on('SIGTERM', endCommands);
  return () => {
    process.off('SIGINT', endCommands);
    process.off('SIGTERM', endCommands);
  };
}

function endCommands(signal) {
  for (const child of running) killGroup(child, 'SIGTERM');
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

/**
 * Installs the workspace; under half a second when nothing changed.
 *
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function install() {
  return run('pnpm install --prefer-offline --reporter=append-only', { quiet: true });
}
