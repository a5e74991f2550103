import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Runs a module of this folder in a process of its own, on the sources; resolves with what it printed when it has ended. */
export const runChild = (
  file: string,
  env: Readonly<Record<string, string>>,
): {
  readonly child: ChildProcess;
  readonly ended: Promise<{ signal: string | null; output: string }>;
} => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@lubdub/source',
      '--import',
      'tsx',
      fileURLToPath(new URL(file, import.meta.url)),
    ],
    { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (part) => (output += String(part)));
  child.stderr.on('data', (part) => (output += String(part)));
  const ended = new Promise<{ signal: string | null; output: string }>((resolve) => {
    child.once('close', (_code, signal) => resolve({ signal, output }));
  });
  return { child, ended };
};
