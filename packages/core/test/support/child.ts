import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What became of a child process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running child. */
export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has printed this. */
  printed(text: string): Promise<void>;
}

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Bound for what never comes, in milliseconds: a process may take long to begin. */
export const patienceMs = 90_000;

/** Room for what the end of the process has left to send, however busy the machine is. */
const preamble = (url: string, options: string): string => `
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
const heartbeat = createHeartbeat({ provider: lubdub({ baseUrl: ${JSON.stringify(url)} }), exitBudgetMs: 60_000, ...${options} });
`;

/** Runs a script in a real process of its own, on the sources; `heartbeat` is a client that pings `url`. */
export const runChild = (
  url: string,
  script: string,
  options = '{}',
  execArgv: readonly string[] = [],
): Child => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@lubdub/source',
      '--import',
      'tsx',
      ...execArgv,
      '--input-type=module',
      '-e',
      preamble(url, options) + script,
    ],
    { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
    for (const look of [...watchers]) look();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() =>
          reject(new Error(`it ended without printing ${text}: ${stdout}${stderr}`)),
        );
      }),
  };
};
