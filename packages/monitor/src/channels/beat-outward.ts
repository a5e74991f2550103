import type { Clock } from '../clock.ts';
import type { MonitorLogger } from '../options.ts';

const timeoutMs = 10_000;

/** Beats to another service, so that someone notices when this monitor is gone. */
export interface OutwardBeat {
  /** Call after each evaluation that succeeded: where evaluation stands still, the beat stays out. */
  evaluated(): void;
}

/** Makes a beat that GETs an address at most once per interval. */
export const createOutwardBeat = (
  url: string,
  intervalMs: number,
  clock: Clock,
  logger: MonitorLogger,
): OutwardBeat => {
  let lastMs = -Infinity;
  let failing = false;
  const beat = async (): Promise<void> => {
    try {
      const answer = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.body?.cancel();
      if (answer.status >= 300) throw new Error(`it answered ${answer.status}`);
      failing = false;
    } catch (error) {
      // the address may be a secret, and once is enough
      if (!failing) logger.warn(`the monitor's own beat was not taken: ${describe(error)}`);
      failing = true;
    }
  };
  return {
    evaluated: () => {
      const nowMs = clock.wallMs();
      if (nowMs - lastMs < intervalMs) return;
      lastMs = nowMs;
      void beat();
    },
  };
};

const describe = (error: unknown): string => {
  const { cause, message } = error as { cause?: { code?: string }; message: string };
  return cause?.code ?? message;
};
