import { createHeartbeat, type HeartbeatClient, type HeartbeatOptions } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { createRecordingTransport, type RecordingTransport } from '@lubdub/core/testing';

/** A ping as our monitor's batch API carries it. */
export interface WirePing {
  readonly id: string;
  readonly key: string;
  readonly state: 'start' | 'success' | 'fail' | 'log';
  readonly runId: string;
  readonly message?: string;
  readonly reason?: string;
  readonly durationMs?: number;
  readonly instance?: string;
  readonly count?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A client that sends into a list. */
export interface Recorded {
  readonly client: HeartbeatClient;
  readonly transport: RecordingTransport;
  /** Flushes, then everything that went over the wire so far, in order. */
  readonly pings: () => Promise<readonly WirePing[]>;
  /** Flushes; `key:state` of each ping. */
  readonly states: () => Promise<readonly string[]>;
}

/** A service that limits no run's duration, so that every start reaches it. */
export const unlimitedLubdub = (): ReturnType<typeof lubdub> => {
  const provider = lubdub({ baseUrl: 'http://127.0.0.1:9' });
  return { ...provider, capabilities: { ...provider.capabilities, limitsRunDuration: false } };
};

/** Makes a client over a recording transport; by default to a service that limits no run's duration. */
export const createRecorded = (options: Partial<HeartbeatOptions> = {}): Recorded => {
  const transport = createRecordingTransport();
  const client = createHeartbeat({
    provider: unlimitedLubdub(),
    transport,
    captureErrors: 'message',
    exitBudgetMs: 0,
    ...options,
  });
  const pings = async (): Promise<readonly WirePing[]> => {
    await client.flush(2_000);
    return transport.requests.flatMap(({ body }) =>
      body === undefined ? [] : (JSON.parse(body) as { pings: WirePing[] }).pings,
    );
  };
  return {
    client,
    transport,
    pings,
    states: async () => (await pings()).map(({ key, state }) => `${key}:${state}`),
  };
};
