import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { attachHeartbeat, type ServerLivenessOptions } from '../src/http/index.ts';
import { createHeartbeat } from '../src/index.ts';
import { lubdub } from '../src/providers/lubdub.ts';
import { createManualClock, createRecordingTransport, respond } from '../src/testing/index.ts';

/** The longest time between two samples, of 10 ms on a machine with nothing to do; a real one would tell how busy this machine is. */
const delays = vi.hoisted(() => ({ longestMs: 10 }));
vi.mock(import('node:perf_hooks'), async (original) => {
  const actual = await original();
  const histogram = {
    get max() {
      return delays.longestMs * 1_000_000;
    },
    reset: () => (delays.longestMs = 10),
    enable: () => true,
    disable: () => true,
  };
  return { ...actual, monitorEventLoopDelay: () => histogram as never };
});

const intervalMs = 10_000;
/** A beat waits so long for company before its batch leaves. */
const lingerMs = 20;

const setUp = async (liveness: Partial<ServerLivenessOptions> = {}) => {
  const clock = createManualClock();
  const transport = createRecordingTransport(() =>
    respond(200, '{"accepted":1,"duplicates":0,"rejected":[]}'),
  );
  const client = createHeartbeat({
    provider: lubdub({ baseUrl: 'http://localhost:4747' }),
    transport,
    clock,
  });
  const server: Server = createServer((_request, response) => response.end('hello'));
  const attached = attachHeartbeat(server, {
    client,
    liveness: { key: 'api', intervalMs, ...liveness },
  });
  const beats = (): number =>
    transport.requests.flatMap(
      ({ body }) => (JSON.parse(String(body)) as { pings: unknown[] }).pings,
    ).length;
  const listen = async (): Promise<void> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };
  onTestFinished(() => {
    server.close();
  });
  return { clock, client, server, attached, beats, listen };
};

describe('the beat of a server', () => {
  it('begins when it listens and ends when it closes', async () => {
    const { clock, beats, listen, server } = await setUp();
    await clock.advance(intervalMs * 3 + lingerMs);
    expect(beats()).toBe(0);
    await listen();
    await clock.advance(intervalMs * 2 + lingerMs);
    expect(beats()).toBe(3);
    server.close();
    await once(server, 'close');
    await clock.advance(intervalMs * 5 + lingerMs);
    expect(beats()).toBe(3);
  });

  it('is withheld while the server says that it is not ready', async () => {
    let ready = true;
    const { clock, beats, listen } = await setUp({ check: async () => ready });
    await listen();
    await clock.advance(intervalMs + lingerMs);
    expect(beats()).toBe(2);
    ready = false;
    await clock.advance(intervalMs * 3 + lingerMs);
    expect(beats()).toBe(2);
    ready = true;
    await clock.advance(intervalMs + lingerMs);
    expect(beats()).toBe(3);
  });

  it('is withheld when the check fails', async () => {
    const { clock, beats, listen } = await setUp({
      check: async () => {
        throw new Error('no database');
      },
    });
    await listen();
    await clock.advance(intervalMs * 2 + lingerMs);
    expect(beats()).toBe(0);
  });

  it('is withheld once after the event loop was held up for longer than the limit', async () => {
    const { clock, beats, listen } = await setUp({ maxEventLoopDelayMs: 200 });
    await listen();
    await clock.advance(lingerMs);
    expect(beats()).toBe(1);
    delays.longestMs = 211;
    await clock.advance(intervalMs + lingerMs);
    expect(beats()).toBe(1);
    await clock.advance(intervalMs + lingerMs);
    expect(beats()).toBe(2);
  });

  it.each([
    ['key', { key: '' }],
    ['maxEventLoopDelayMs', { maxEventLoopDelayMs: 0 }],
    ['intervalMs', { intervalMs: 10 }],
    ['check', { check: true }],
  ])('refuses a wrong %s', (option, liveness) => {
    const act = () =>
      attachHeartbeat(createServer(), { liveness: { key: 'api', ...liveness } as never });
    expect(act).toThrow(expect.objectContaining({ option: expect.stringContaining(option) }));
  });
});

describe('closing', () => {
  it('resolves for a server that never listened', async () => {
    const { attached, clock } = await setUp();
    const closed = attached.close();
    await clock.settle();
    expect(await closed).toEqual({ complete: true, pending: 0 });
  });
});
