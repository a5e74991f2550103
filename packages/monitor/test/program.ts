import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'tsdown';
import { afterAll, beforeAll } from 'vitest';

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program of this package, built from the sources as they are. */
export interface Program {
  /** Runs it with these arguments and variables. */
  run(
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  /** Starts the server. @returns its address, once it listens. */
  serve(
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ): Promise<{
    readonly child: ChildProcess;
    readonly ended: Promise<Ended>;
    readonly url: string;
  }>;
}

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** Builds the program once for a file of tests: started from sources, each process would compile them first. */
export const useProgram = (): Program => {
  // inside the package, or its dependencies would not be found
  const folder = `${packageFolder}node_modules/.program-${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    await build({
      cwd: packageFolder,
      config: false,
      entry: { bin: 'src/bin.ts' },
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outDir: folder,
      dts: false,
      copy: [{ from: 'src/web/assets', to: folder }],
      fixedExtension: false,
      logLevel: 'silent',
    });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run: Program['run'] = (args, variables = {}) => {
    const { PORT: _port, DATABASE_URL: _url, ...environment } = process.env;
    const child = spawn(process.execPath, [`${folder}/bin.js`, ...args], {
      env: { ...environment, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => resolve({ code, out, err }));
    });
    return { child, ended };
  };

  return {
    run,
    serve: async (args, variables) => {
      const { child, ended } = run(['--port', '0', ...args], variables);
      const url = await new Promise<string>((resolve, reject) => {
        let said = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const [, found] = /(http:\/\/127\.0\.0\.1:\d+)\D/.exec(said) ?? [];
          if (found !== undefined) resolve(found);
        });
        void ended.then(({ err }) => reject(new Error(`it ended before it listened: ${err}`)));
      });
      return { child, ended, url };
    },
  };
};
