import { pino } from 'pino';

import type { MonitorLogger } from '../options.ts';

const line =
  (stream: NodeJS.WriteStream) =>
  (message: string): void =>
    void stream.write(`${message}\n`);

/** Plain lines for a person at a terminal, JSON (pino) for everything else. */
export const createProcessLogger = (): MonitorLogger => {
  if (!process.stdout.isTTY) return pino({ name: 'lubdub-monitor' });
  return { info: line(process.stdout), warn: line(process.stderr), error: line(process.stderr) };
};
