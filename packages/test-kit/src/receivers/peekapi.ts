import { jsonOf, objectOf, startReceiver } from './receiver.ts';
import type { Answer, ReceivedRequest, Receiver } from './receiver.ts';

/** An event that PeekAPI would have stored, as it came. */
export type PeekapiEvent = Readonly<Record<string, unknown>>;

/** PeekAPI's events endpoint. */
export interface PeekapiReceiver extends Receiver {
  readonly events: readonly PeekapiEvent[];
  /** Events in each accepted request. */
  readonly batches: readonly number[];
  /** Answers instead of the rules, until it returns undefined. */
  override: ((request: ReceivedRequest) => Answer | undefined) | undefined;
}

const numbers = ['status_code', 'response_time_ms', 'request_size', 'response_size'];
const limits: Readonly<Record<string, number>> = { method: 16, path: 2_048, consumer_id: 256 };
const known = new Set([...numbers, ...Object.keys(limits), 'metadata', 'timestamp']);

const eventProblem = (value: unknown): string | undefined => {
  const event = objectOf(value);
  if (event === undefined) return 'no object';
  if (Buffer.byteLength(JSON.stringify(event)) > 65_536) return 'over 64 KiB';
  for (const name of numbers) if (typeof event[name] !== 'number') return name;
  for (const [name, limit] of Object.entries(limits)) {
    const text = event[name];
    if (text === undefined && name === 'consumer_id') continue;
    if (typeof text !== 'string' || text.length > limit) return name;
  }
  if (typeof event['timestamp'] !== 'string' || Number.isNaN(Date.parse(event['timestamp'])))
    return 'timestamp';
  if (event['metadata'] !== undefined && objectOf(event['metadata']) === undefined)
    return 'metadata';
  return Object.keys(event).find((name) => !known.has(name));
};

/**
 * Starts a receiver with PeekAPI's rules: a JSON array of at most 100 events, the key and the SDK's name in headers, the limits
 * of every field, 64 KiB an event.
 */
export const startPeekapi = async (options: {
  readonly apiKey: string;
}): Promise<PeekapiReceiver> => {
  const events: PeekapiEvent[] = [];
  const batches: number[] = [];
  const state: Pick<PeekapiReceiver, 'override'> = { override: undefined };
  const receiver = await startReceiver((request) => {
    const instead = state.override?.(request);
    if (instead !== undefined) return instead;
    if (request.method !== 'POST' || request.path !== '/v1/events') return { status: 404 };
    if (request.headers['x-api-key'] !== options.apiKey) return { status: 401 };
    if (!/^[\w@/-]+\/\d[\w.-]*$/u.test(request.headers['x-peekapi-sdk'] ?? ''))
      return { status: 400, body: { error: 'sdk' } };
    if (request.headers['content-type'] !== 'application/json') return { status: 415 };
    const list = jsonOf(request.body);
    if (!Array.isArray(list) || list.length === 0 || list.length > 100)
      return { status: 400, body: { error: 'batch' } };
    const problem = list.map((event) => eventProblem(event)).find((one) => one !== undefined);
    if (problem !== undefined) return { status: 400, body: { error: problem } };
    events.push(...(list as PeekapiEvent[]));
    batches.push(list.length);
    return { status: 202 };
  });
  return Object.assign(state, receiver, { events, batches });
};
