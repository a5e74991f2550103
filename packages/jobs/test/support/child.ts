import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A child process on the sources. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves when it has printed this. */
  readonly printed: (text: string) => Promise<void>;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** SIGKILL, and waits for the end. */
  readonly kill: () => Promise<void>;
}

/** Bound for what never comes, in milliseconds: a process may take long to begin. */
export const patienceMs = 90_000;

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a module's text in a process of its own; imports resolve as in this package. */
export const runChild = (script: string): Child => {
  const child = spawn(
    process.execPath,
    ['--conditions=@lubdub/source', '--import', 'tsx', '--input-type=module', '-e', script],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const looks = new Set<() => void>();
  const hear = (part: string): void => {
    output += part;
    for (const look of looks) look();
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  const printed = async (text: string): Promise<void> => {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      looks.add(look);
      look();
    });
    const early = ended.then(() => {
      if (!output.includes(text)) throw new Error(`it ended without printing ${text}: ${output}`);
    });
    await Promise.race([seen, early]);
  };
  return {
    process: child,
    printed,
    output: () => output,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
