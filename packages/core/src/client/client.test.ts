import { describe, expect, it } from 'vitest';
import { createHeartbeat } from '../index.ts';
import { lubdub } from '../providers/lubdub.ts';
import { createManualClock, createRecordingTransport, respond } from '../testing/index.ts';
import type { HeartbeatClient } from './heartbeat-client.ts';

interface SentPing {
  readonly key: string;
  readonly state: string;
  readonly runId: string;
  readonly durationMs?: number;
}

const setUp = () => {
  const clock = createManualClock();
  const transport = createRecordingTransport(() =>
    respond(200, '{"accepted":1,"duplicates":0,"rejected":[]}'),
  );
  const heartbeat: HeartbeatClient = createHeartbeat({
    provider: lubdub({ baseUrl: 'http://localhost:4747' }),
    clock,
    transport,
  });
  const pings = (): SentPing[] =>
    transport.requests.flatMap(
      ({ body }) => (JSON.parse(body ?? '') as { pings: SentPing[] }).pings,
    );
  return { clock, transport, heartbeat, pings };
};

describe('a wrapped job', () => {
  it('sends its start and its success under one run id', async () => {
    const { clock, heartbeat, pings } = setUp();
    const job = heartbeat.wrap('nightly', async (a: number, b: number) => a + b);
    expect(await job(1, 2)).toBe(3);
    await clock.advance(20);
    expect(pings().map(({ state }) => state)).toEqual(['start', 'success']);
    expect(new Set(pings().map(({ runId }) => runId)).size).toBe(1);
  });

  it('rethrows the same error and sends a fail', async () => {
    const { clock, heartbeat, pings } = setUp();
    const error = new Error('disk full');
    const job = heartbeat.wrap('nightly', async () => {
      throw error;
    });
    await expect(job()).rejects.toBe(error);
    await clock.advance(20);
    expect(pings().map(({ state }) => state)).toEqual(['start', 'fail']);
  });
});

describe('ping', () => {
  it('resolves with the outcome', async () => {
    const { clock, heartbeat } = setUp();
    const outcome = heartbeat.ping('nightly', { state: 'fail', message: 'no' });
    await clock.advance(20);
    expect((await outcome).status).toBe('accepted');
  });
});
