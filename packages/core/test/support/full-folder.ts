import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What a process says that kept more than fits. */
export interface FullFolderReport {
  readonly warnings: readonly string[];
  /** Different pings that the service got. */
  readonly delivered: number;
  /** How often something was thrown into the job. */
  readonly thrown: number;
}

const child = fileURLToPath(new URL('full-folder-child.mjs', import.meta.url));
const core = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a process that keeps 300 pings of 4 KB in a folder where they do not fit, while the service is down; then the service
 * comes back. `shell` makes the shell's text from the command.
 */
export const inFullFolder = async (
  directory: string,
  shell: (command: string) => string,
): Promise<FullFolderReport> => {
  const ids = new Set<string>();
  let up = false;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      if (up)
        for (const { id } of (JSON.parse(text) as { pings: { id: string }[] }).pings) ids.add(id);
      response.writeHead(up ? 200 : 503).end('{"accepted":1,"duplicates":0,"rejected":[]}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node = `"${process.execPath}" --conditions=@lubdub/source --import tsx "${child}" ${url} "${directory}"`;
  const running = spawn('sh', ['-c', shell(node)], {
    cwd: core,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  running.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    // It has seen the disk fail.
    up ||= output.includes('failing\n');
  });
  const [code] = (await once(running, 'close')) as [number | null];
  server.closeAllConnections();
  server.close();
  if (code !== 0) throw new Error(`the process ended with ${code}: ${output}`);
  const said = JSON.parse(output.slice(output.indexOf('{'))) as Omit<FullFolderReport, 'delivered'>;
  return { ...said, delivered: ids.size };
};
