import {
  createHeartbeat,
  type Capabilities,
  type HeartbeatClient,
  type HeartbeatOptions,
  type Provider,
} from '../../src/index.ts';
import { interpretStatus } from '../../src/providers/provider.ts';
import {
  createManualClock,
  createRecordingTransport,
  type ManualClock,
  type RecordingTransport,
} from '../../src/testing/index.ts';

/** A service that believes what it hears last: no client time, one request a ping. */
export const plainCapabilities: Capabilities = {
  states: ['start', 'success', 'fail', 'log'],
  text: { max: 1_000, unit: 'characters', keep: 'head' },
  metadata: { maxBytes: 10_000 },
  runId: 'uuid',
  exitCode: true,
  duration: true,
  clientTimestamp: false,
  metrics: false,
  environment: false,
  groupKey: false,
  idempotent: false,
  acceptIsProof: true,
  limitsRunDuration: false,
  count: false,
  rateLimits: [],
};

/** What a request of {@link plainProvider} says. */
export interface Told {
  readonly key: string;
  readonly state: string;
  readonly run: string | undefined;
  readonly text: string | undefined;
  readonly count: number;
  readonly duration: number | undefined;
}

/** A provider that writes the ping as JSON, one request each. */
export const plainProvider = (
  changes: Partial<Capabilities> = {},
  more: Partial<Provider> = {},
): Provider => ({
  name: 'plain',
  origins: ['https://plain.example'],
  capabilities: { ...plainCapabilities, ...changes },
  toRequest: (ping) => ({
    method: 'POST',
    url: `https://plain.example/${encodeURIComponent(ping.key)}/${ping.state}`,
    body: JSON.stringify({
      key: ping.key,
      state: ping.state,
      run: ping.runId,
      text: ping.message,
      count: ping.count,
      duration: ping.durationMs,
    }),
  }),
  interpret: (response) => interpretStatus(response, true),
  ...more,
});

/** A client on a manual clock and a recording transport. */
export interface Engine {
  readonly clock: ManualClock;
  readonly transport: RecordingTransport;
  readonly heartbeat: HeartbeatClient;
  readonly warnings: readonly string[];
  /** What the requests said, in order. */
  readonly told: () => readonly Told[];
  /** The same as short words: `key state`. */
  readonly words: () => readonly string[];
}

/** Makes an engine. */
export const createEngine = (options: Partial<HeartbeatOptions> = {}): Engine => {
  const clock = createManualClock();
  const transport = createRecordingTransport();
  const warnings: string[] = [];
  const heartbeat = createHeartbeat({
    provider: plainProvider(),
    clock,
    transport,
    logger: {
      warn: (message) => warnings.push(message),
      error: (message) => warnings.push(message),
    },
    ...options,
  });
  const told = (): readonly Told[] =>
    transport.requests.map(({ body }) => JSON.parse(body ?? '{}') as Told);
  return {
    clock,
    transport,
    heartbeat,
    warnings,
    told,
    words: () => told().map(({ key, state }) => `${key} ${state}`),
  };
};
