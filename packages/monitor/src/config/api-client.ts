import type { MonitorInput } from '../api/monitor-input.ts';
import type { ShownMonitor } from './plan.ts';

/** Talks to the REST API of a running monitor. */
export interface ApiClient {
  /** Every monitor, ordered by key. */
  list(): Promise<readonly ShownMonitor[]>;
  /** Creates or changes a monitor. */
  put(key: string, input: MonitorInput): Promise<void>;
}

/** Makes a client. Its errors say what the monitor answered, never the key. */
export const createApiClient = (url: string, key: string | undefined): ApiClient => {
  const root = url.replace(/\/+$/, '');
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    let answer: Response;
    try {
      answer = await fetch(`${root}${path}`, {
        ...init,
        headers,
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      throw new Error(`no monitor answers at ${root} (${cause?.code ?? String(error)})`, {
        cause: error,
      });
    }
    const body: unknown = await answer.json().catch(() => null);
    if (answer.ok) return body;
    const { error } = (body ?? {}) as { error?: { message?: string } };
    throw new Error(`${root} answered ${answer.status}: ${error?.message ?? 'no reason given'}`);
  };
  return {
    list: async () => {
      const monitors: ShownMonitor[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = (await ask(`/api/v1/monitors?limit=500${from}`)) as {
          items: ShownMonitor[];
          nextCursor: string | null;
        };
        monitors.push(...page.items);
        cursor = page.nextCursor;
      }
      return monitors;
    },
    put: async (monitorKey, input) => {
      const path = `/api/v1/monitors/${encodeURIComponent(monitorKey)}`;
      await ask(path, { method: 'PUT', body: JSON.stringify(input) });
    },
  };
};
