import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { initHeartbeat } from '../index.ts';
import { createManualClock, createRecordingTransport } from '../testing/index.ts';
import {
  attachHeartbeat,
  checkClosingOptions,
  type ListeningServer,
  type ServerHeartbeatOptions,
} from './server-heartbeat.ts';

/** A server that does what the test says; `closed` ends its closing. */
class FakeServer extends EventEmitter {
  listening = false;
  readonly done: string[] = [];
  closed: (() => void) | undefined;

  listen(): void {
    this.listening = true;
    this.emit('listening');
  }

  close(callback: () => void): this {
    this.done.push('close');
    this.closed = callback;
    return this;
  }

  closeIdleConnections(): void {
    this.done.push('idle');
  }

  closeAllConnections(): void {
    this.done.push('all');
  }
}

const intervalMs = 10_000;

const attach = (options: ServerHeartbeatOptions = {}, server = new FakeServer()) => {
  const engine = createEngine();
  const attached = attachHeartbeat(server as unknown as ListeningServer, {
    client: engine.heartbeat,
    ...options,
  });
  return { ...engine, server, attached };
};

const liveness = { key: 'api', intervalMs };

describe('the beat of a server', () => {
  it('begins at once where the server listens already, and only once', async () => {
    const server = new FakeServer();
    server.listening = true;
    const { clock, words } = attach({ liveness }, server);
    await clock.settle();
    expect(words()).toEqual(['api success']);
    server.emit('listening');
    await clock.advance(intervalMs);
    expect(words()).toEqual(['api success', 'api success']);
  });

  it('ends when the server closes, and begins again when it listens again', async () => {
    const { clock, words, server } = attach({ liveness });
    await clock.advance(intervalMs);
    expect(words()).toEqual([]);
    server.listen();
    await clock.advance(intervalMs);
    server.emit('close');
    server.emit('close');
    await clock.advance(intervalMs * 3);
    expect(words()).toHaveLength(2);
    server.listen();
    await clock.settle();
    expect(words()).toHaveLength(3);
  });

  it('is asked for the server’s own check as well', async () => {
    const answers = [true, false, true];
    const check = (): boolean => answers.shift() === true;
    const { clock, words, server } = attach({ liveness: { ...liveness, check } });
    server.listen();
    await clock.advance(intervalMs * 2);
    expect([words().length, answers]).toEqual([2, []]);
  });

  it('is that of the client of the process where none is given', async () => {
    const server = new FakeServer();
    attachHeartbeat(server as unknown as ListeningServer, { liveness });
    const [clock, transport] = [createManualClock(), createRecordingTransport()];
    const client = initHeartbeat({ clock, transport, provider: plainProvider() });
    onTestFinished(() => void client.close(0));
    server.listen();
    await clock.settle();
    expect(transport.requests.map(({ url }) => url)).toEqual(['https://plain.example/api/success']);
  });

  it('is not sent where there is no client, which is warned of once', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    const server = new FakeServer();
    const attached = attachHeartbeat(server as unknown as ListeningServer, { liveness });
    server.listen();
    server.listen();
    await new Promise(setImmediate);
    process.off('warning', hear);
    expect(warnings).toMatchObject([{ code: 'ERR_LUBDUB_NOT_INITIALIZED' }]);
    expect(warnings[0]?.message).toContain('The beat "api" is not sent: there is no client.');
    const closing = attached.close();
    server.closed?.();
    expect(await closing).toEqual({ complete: true, pending: 0 });
  });

  it.each([
    [{ liveness: { key: '' } }, 'ERR_LUBDUB_INVALID_KEY', 'key'],
    [{ liveness: [] }, 'ERR_LUBDUB_INVALID_OPTION', 'liveness'],
    [
      { liveness: { ...liveness, maxEventLoopDelayMs: 60_001 } },
      'ERR_LUBDUB_INVALID_OPTION',
      'liveness.maxEventLoopDelayMs',
    ],
    [{ liveness: { ...liveness, every: 1 } }, 'ERR_LUBDUB_UNKNOWN_OPTION', 'every'],
    [{ client: { start: () => 1 } }, 'ERR_LUBDUB_INVALID_OPTION', 'client'],
    [{ drainTimeoutMs: -1 }, 'ERR_LUBDUB_INVALID_OPTION', 'drainTimeoutMs'],
    [{ flushTimeoutMs: 3_600_001 }, 'ERR_LUBDUB_INVALID_OPTION', 'flushTimeoutMs'],
    [{ other: 1 }, 'ERR_LUBDUB_UNKNOWN_OPTION', 'other'],
  ])('is refused with %j', (options, code, option) => {
    expect(() => attach(options as never)).toThrow(expect.objectContaining({ code, option }));
  });

  it('has the time limits of adapters checked alone', () => {
    checkClosingOptions({ drainTimeoutMs: 0, flushTimeoutMs: 3_600_000 });
    expect(() => checkClosingOptions({ drainTimeoutMs: 3_600_001 })).toThrow(
      'it takes a number of milliseconds from 0 to 3600000',
    );
  });
});

describe('closing', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const closingOf = (attached: ReturnType<typeof attach>['attached']) => {
    const seen: { result?: unknown } = {};
    const closing = attached.close().then((result) => (seen.result = result));
    return { seen, closing };
  };

  it('lets requests end, then flushes what they told, and stops the beat', async () => {
    const { attached, server, clock, heartbeat, transport, words } = attach({ liveness });
    server.listen();
    await clock.settle();
    transport.answerWith(() => undefined);
    heartbeat.start('orders', { sendStart: false }).success();
    const { seen, closing } = closingOf(attached);
    await vi.advanceTimersByTimeAsync(4_999);
    expect([server.done, seen.result]).toEqual([['close', 'idle'], undefined]);
    server.closed?.();
    await clock.advance(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.result).toBeUndefined();
    transport.answerWith(() => undefined);
    await clock.settle();
    transport.release({ kind: 'response', status: 200, headers: {}, body: '' });
    await clock.settle();
    await closing;
    expect(seen.result).toEqual({ complete: true, pending: 0 });
    expect(words()).toEqual(['api success', 'orders success']);
    await clock.advance(intervalMs * 3);
    expect(words()).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [undefined, 5_000, ['close', 'idle']],
    [200, 200, ['close', 'idle']],
    [0, 1, ['close', 'idle', 'all']],
  ])(
    'cuts what takes longer than a limit of %s, and waits a second for that',
    async (limit, ms, before) => {
      const { attached, server, clock } = attach({ drainTimeoutMs: limit });
      server.listen();
      const { seen, closing } = closingOf(attached);
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(server.done).toEqual(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(server.done).toEqual(['close', 'idle', 'all']);
      await vi.advanceTimersByTimeAsync(998);
      await clock.settle();
      expect(seen.result).toBeUndefined();
      await vi.advanceTimersByTimeAsync(2);
      await clock.settle();
      await closing;
      expect(seen.result).toEqual({ complete: true, pending: 0 });
    },
  );

  it('does without what a server of HTTP/2 lacks', async () => {
    const server = new FakeServer();
    for (const name of ['closeIdleConnections', 'closeAllConnections'])
      Object.defineProperty(server, name, { value: undefined });
    const { attached, clock } = attach({}, server);
    const { seen, closing } = closingOf(attached);
    server.closed?.();
    await vi.advanceTimersByTimeAsync(0);
    await clock.settle();
    await closing;
    expect([server.done, seen.result]).toEqual([['close'], { complete: true, pending: 0 }]);
  });

  it('gives pings as long as it was told', async () => {
    const { attached, server, clock, heartbeat, transport } = attach({ flushTimeoutMs: 300 });
    transport.answerWith(() => undefined);
    heartbeat.start('orders', { sendStart: false }).success();
    const { seen, closing } = closingOf(attached);
    server.closed?.();
    await vi.advanceTimersByTimeAsync(0);
    await clock.advance(299);
    expect(seen.result).toBeUndefined();
    await clock.advance(1);
    await closing;
    expect(seen.result).toEqual({ complete: false, pending: 1 });
  });
});
