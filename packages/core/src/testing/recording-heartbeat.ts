import { createFactories } from '../client/create.ts';
import type { HeartbeatClient } from '../client/heartbeat-client.ts';
import type { HeartbeatOptions } from '../client/options.ts';
import type { Ping } from '../ping/ping.ts';
import { nodePlatform } from '../platform/node.ts';
import type { Provider } from '../providers/provider.ts';
import { createRecordingTransport, type RecordingTransport } from './recording-transport.ts';

/** A real client that sends nothing, and what it would have sent. */
export interface RecordingHeartbeat {
  readonly client: HeartbeatClient;
  /** Answers every request well, until it is told otherwise. */
  readonly transport: RecordingTransport;
  /** Every ping so far, in the order they were made in; of one monitor when a key is given. Flushes first. */
  readonly pings: (key?: string) => Promise<readonly Ping[]>;
  /** The same as text, `key:state`. */
  readonly states: (key?: string) => Promise<readonly string[]>;
  /** Throws unless exactly `times` (default 1) runs of the monitor ended well. */
  readonly assertSucceeded: (key: string, times?: number) => Promise<void>;
  /** Throws unless exactly `times` (default 1) runs of the monitor ended badly. Returns their fail pings. */
  readonly assertFailed: (key: string, times?: number) => Promise<readonly Ping[]>;
  /** Throws when the monitor, or any at all, was pinged. */
  readonly assertSilent: (key?: string) => Promise<void>;
  /** Forgets all pings. */
  readonly clear: () => Promise<void>;
}

const createClient = createFactories(nodePlatform).createHeartbeat;
const flushMs = 5_000;

const recordInto = (pings: Ping[]): Provider => ({
  name: 'recording',
  origins: ['https://recording.invalid'],
  capabilities: {
    states: ['start', 'success', 'fail', 'log'],
    text: { max: 1_000_000, unit: 'characters', keep: 'head' },
    metadata: { maxBytes: 1_000_000 },
    runId: 'uuid',
    exitCode: true,
    duration: true,
    clientTimestamp: true,
    metrics: true,
    environment: true,
    groupKey: true,
    idempotent: true,
    acceptIsProof: true,
    limitsRunDuration: false,
    count: true,
    rateLimits: [],
  },
  toRequest(ping) {
    if (!pings.some(({ id }) => id === ping.id)) pings.push(ping);
    return { method: 'POST', url: 'https://recording.invalid/' };
  },
  interpret: () => ({ status: 'accepted' }),
});

const shown = (pings: readonly Ping[]): string =>
  pings.length === 0 ? 'nothing' : pings.map(({ key, state }) => `${key}:${state}`).join(', ');

/**
 * Makes a client for tests of code that is monitored: everything is real but the wire. Errors' messages are recorded
 * (`captureErrors: 'message'`) unless the options say otherwise.
 *
 * @example
 * const recording = createRecordingHeartbeat();
 * await recording.client.run('nightly-backup', backUp);
 * await recording.assertSucceeded('nightly-backup');
 */
export const createRecordingHeartbeat = (
  options: Partial<Omit<HeartbeatOptions, 'provider'>> = {},
): RecordingHeartbeat => {
  const recorded: Ping[] = [];
  const transport = createRecordingTransport();
  const client = createClient({
    provider: recordInto(recorded),
    transport,
    captureErrors: 'message',
    exitBudgetMs: 0,
    ...options,
  });
  // A fail overtakes others on its way; who reads the list wants to know what happened first.
  const order = new Map<string, number>();
  client.on('ping-queued', ({ ping }) => order.set(ping.id, order.size));
  const placeOf = ({ id }: Ping): number => order.get(id) ?? 0;
  const pings = async (key?: string): Promise<readonly Ping[]> => {
    await client.flush(flushMs);
    return recorded
      .filter((ping) => key === undefined || ping.key === key)
      .toSorted((a, b) => placeOf(a) - placeOf(b));
  };
  const assertEnded = async (
    key: string,
    state: 'success' | 'fail',
    times: number,
  ): Promise<readonly Ping[]> => {
    const all = await pings(key);
    const ended = all.filter((ping) => ping.state === state);
    const count = ended.reduce((sum, ping) => sum + ping.count, 0);
    if (count === times) return ended;
    throw new Error(
      `Expected ${times} × ${key}:${state}, but there were ${count}; pings of "${key}": ${shown(all)}.`,
    );
  };
  return {
    client,
    transport,
    pings,
    states: async (key) => (await pings(key)).map((ping) => `${ping.key}:${ping.state}`),
    async assertSucceeded(key, times = 1) {
      await assertEnded(key, 'success', times);
    },
    assertFailed: (key, times = 1) => assertEnded(key, 'fail', times),
    async assertSilent(key) {
      const all = await pings(key);
      if (all.length > 0) throw new Error(`Expected no pings, but there were: ${shown(all)}.`);
    },
    async clear() {
      await client.flush(flushMs);
      recorded.length = 0;
    },
  };
};
