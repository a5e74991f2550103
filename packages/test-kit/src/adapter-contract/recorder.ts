import { createHeartbeat, type HeartbeatClient, type HeartbeatOptions } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import {
  type Answer,
  createRecordingTransport,
  type RecordingTransport,
  respond,
} from '@lubdub/core/testing';
import { until } from '../eventually.ts';

/** A ping as it left. */
export interface SentPing {
  readonly key: string;
  readonly state: 'start' | 'success' | 'fail' | 'log';
  readonly runId: string;
  readonly reason?: string;
  readonly message?: string;
  readonly durationMs?: number;
  readonly count?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A client whose pings stay here. */
export interface Recorder {
  readonly client: HeartbeatClient;
  readonly transport: RecordingTransport;
  readonly pings: () => readonly SentPing[];
  /** Resolves with the terminals once there are so many of them. */
  readonly terminals: (count: number) => Promise<readonly SentPing[]>;
  /**
   * Resolves with the terminals once nothing more can come, having checked that every run has one start, before its one
   * terminal.
   */
  readonly all: () => Promise<readonly SentPing[]>;
}

const isTerminal = ({ state }: SentPing): boolean => state === 'success' || state === 'fail';

const checkRuns = (pings: readonly SentPing[]): void => {
  for (const runId of new Set(pings.map((ping) => ping.runId))) {
    const states = pings.filter((ping) => ping.runId === runId && ping.state !== 'log');
    const told = states.map(({ state }) => state).join(', ');
    if (told !== 'start, success' && told !== 'start, fail')
      throw new Error(`run ${runId} of "${states[0]?.key}" told: ${told}`);
  }
};

/** Makes a recorder; with an answer, its service behaves so. */
export const createRecorder = (
  answer: Answer = () => respond(200, '{"accepted":1,"duplicates":0,"rejected":[]}'),
  options: Partial<HeartbeatOptions> = {},
): Recorder => {
  const transport = createRecordingTransport(answer);
  const client = createHeartbeat({
    provider: lubdub({ baseUrl: 'http://localhost:4747' }),
    transport,
    captureErrors: 'message',
    ...options,
  });
  const pings = (): readonly SentPing[] =>
    transport.requests.flatMap(
      ({ body }) => (JSON.parse(String(body)) as { pings: SentPing[] }).pings,
    );
  const terminals = (): readonly SentPing[] => pings().filter(isTerminal);
  return {
    client,
    transport,
    pings,
    async terminals(count) {
      await until(() => terminals().length >= count, `${count} terminals`);
      return terminals();
    },
    async all() {
      await client.drain(10_000);
      await client.flush(10_000);
      checkRuns(pings());
      return terminals();
    },
  };
};
