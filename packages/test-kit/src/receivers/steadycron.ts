import { minuteLimit, startReceiver } from './receiver.ts';
import type { Answer, ReceivedRequest, Receiver } from './receiver.ts';

/** A monitor as the receiver knows it. Two with one key make the key ambiguous. */
export interface SteadycronMonitor {
  readonly key: string;
  readonly token: string;
  readonly kind?: 'heartbeat' | 'http';
}

/** A ping that SteadyCron would have counted. */
export interface SteadycronPing {
  readonly token: string;
  readonly state: 'start' | 'success' | 'fail';
  readonly environment: string | null;
  readonly runId: string | null;
  readonly text: string;
}

/** SteadyCron's API and ping hosts in one. */
export interface SteadycronReceiver extends Receiver {
  readonly pings: readonly SteadycronPing[];
  /** Look-ups that came, by key. */
  readonly lookups: readonly string[];
  /** Replaces the monitors. */
  monitors: readonly SteadycronMonitor[];
  /** Answer of every look-up while the API is down; undefined: it works. */
  apiDown: Answer | undefined;
  /** Answer of every ping while the ping host is down; undefined: it works. */
  pingDown: Answer | undefined;
}

const states: Readonly<Record<string, SteadycronPing['state']>> = {
  '': 'success',
  success: 'success',
  start: 'start',
  fail: 'fail',
};
const defaultAgents = /^$|^(?:node|undici|axios|python|go-http|curl)/iu;

/**
 * Starts a receiver with SteadyCron's rules: a read-only key and a user agent of its own for look-ups, 404 / 409 / kind, 120
 * look-ups a minute; pings by token with at most 1,024 bytes of plain text and run ids of 32 hex digits.
 */
export const startSteadycron = async (options: {
  readonly apiKey: string;
  readonly monitors: readonly SteadycronMonitor[];
}): Promise<SteadycronReceiver> => {
  const pings: SteadycronPing[] = [];
  const lookups: string[] = [];
  const underLimit = minuteLimit(120, () => performance.now());
  const state: Pick<SteadycronReceiver, 'monitors' | 'apiDown' | 'pingDown'> = {
    monitors: options.monitors,
    apiDown: undefined,
    pingDown: undefined,
  };
  const resolve = ({ method, query, headers }: ReceivedRequest): Answer => {
    const key = query.get('key') ?? '';
    lookups.push(key);
    if (state.apiDown !== undefined) return state.apiDown;
    if (method !== 'GET') return { status: 405 };
    if (defaultAgents.test(headers['user-agent'] ?? '')) return { status: 403 };
    if (headers['authorization'] !== `Bearer ${options.apiKey}`) return { status: 401 };
    if (!underLimit(options.apiKey)) return { status: 429, headers: { 'retry-after': '30' } };
    const found = state.monitors.filter((monitor) => monitor.key === key);
    if (found.length > 1) return { status: 409 };
    const [monitor] = found;
    if (monitor === undefined) return { status: 404 };
    const kind = monitor.kind ?? 'heartbeat';
    return {
      status: 200,
      body: { key, job_id: `job-${monitor.token}`, kind, ping_token: monitor.token },
    };
  };
  const ping = ({ method, path, query, headers, body }: ReceivedRequest): Answer => {
    if (state.pingDown !== undefined) return state.pingDown;
    const [, token = '', name = '', ...rest] = path.split('/');
    const told = states[name];
    if (rest.length > 0 || told === undefined) return { status: 404 };
    if (method !== 'POST' && method !== 'GET') return { status: 405 };
    if (!state.monitors.some((monitor) => monitor.token === decodeURIComponent(token)))
      return { status: 404 };
    if (method === 'POST' && headers['content-type'] !== 'text/plain; charset=utf-8')
      return { status: 415 };
    if (body.length > 1_024 || !Buffer.from(body.toString('utf8')).equals(body))
      return { status: 413 };
    const runId = query.get('run_id');
    if (runId !== null && !/^[0-9a-f]{32}$/u.test(runId)) return { status: 400 };
    pings.push({
      token: decodeURIComponent(token),
      state: told,
      environment: query.get('env'),
      runId,
      text: body.toString('utf8'),
    });
    return { status: 200 };
  };
  const receiver = await startReceiver((request) =>
    request.path === '/api/monitors/resolve' ? resolve(request) : ping(request),
  );
  return Object.assign(state, receiver, { pings, lookups });
};
