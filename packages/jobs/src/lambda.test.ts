import { createManualClock } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecorded, type Recorded } from '../test/support/recorded.ts';
import { withHeartbeat } from './lambda.ts';

const contextWith = (remainingMs: number): Record<string, unknown> => ({
  functionName: 'import-orders',
  awsRequestId: '8f5b9c9e-0b0e-4a57-a4c0-6d2e1f3b7a11',
  getRemainingTimeInMillis: () => remainingMs,
});

describe('withHeartbeat for Lambda', () => {
  let recorded: Recorded;
  beforeEach(() => {
    recorded = createRecorded();
  });
  afterEach(() => recorded.client.close(100));

  it('has delivered the terminal when the handler resolves, since the process freezes then', async () => {
    const handler = withHeartbeat(async (_event: unknown, _context: unknown) => 'done', {
      client: recorded.client,
    });
    expect(await handler({}, contextWith(10_000))).toBe('done');
    const sent = recorded.transport.requests.map(({ body }) => body ?? '').join();
    expect(sent).toContain('"state":"success"');
    expect(sent).toContain('"key":"import-orders"');
    expect(sent).toContain('8f5b9c9e');
  });

  it('waits for at most half of what is left when the service does not answer', async () => {
    const clock = createManualClock();
    const timed = createRecorded({ clock });
    timed.transport.answerWith(() => undefined);
    const handler = withHeartbeat(async (_event: unknown, _context: unknown) => 1, {
      client: timed.client,
    });
    let returned = false;
    const result = handler({}, contextWith(80)).then(() => (returned = true));
    await clock.advance(39);
    expect(returned).toBe(false);
    await clock.advance(1);
    await result;
  });

  it('tells a fail with reason timeout shortly before the limit', async () => {
    const clock = createManualClock();
    const timed = createRecorded({ clock });
    const handler = withHeartbeat(
      (_event: unknown, _context: unknown) => new Promise(() => undefined),
      { client: timed.client },
    );
    void handler({}, contextWith(10_000));
    await clock.advance(8_999);
    expect(timed.client.stats().runs.failed).toBe(0);
    await clock.advance(2);
    expect(timed.transport.requests.map(({ body }) => body).join()).toContain('"reason":"timeout"');
  });

  it('keeps arity and the symbol of a streaming handler, whose third argument is the context', async () => {
    const mark = Symbol.for('aws.lambda.runtime.handler.streaming');
    const streaming = Object.assign(
      async (_event: unknown, stream: { end(): void }, _context: unknown) => stream.end(),
      { [mark]: 'response' },
    );
    const handler = withHeartbeat(streaming, { client: recorded.client });
    expect([handler.length, handler[mark]]).toEqual([3, 'response']);
    const end = vi.fn<() => void>();
    await handler({}, { end }, contextWith(10_000));
    expect(end).toHaveBeenCalledTimes(1);
    expect(await recorded.states()).toEqual(['import-orders:start', 'import-orders:success']);
  });

  it('delivers before it calls the callback of a classic handler on', async () => {
    const handler = withHeartbeat(
      (_event: unknown, _context: unknown, done: (error: Error | null, value?: string) => void) =>
        done(null, 'value'),
      { client: recorded.client },
    );
    const value = await new Promise((resolve) =>
      handler({}, contextWith(10_000), (_error, result) =>
        resolve([result, recorded.transport.requests.length > 0]),
      ),
    );
    expect(value).toEqual(['value', true]);
    expect(await recorded.states()).toEqual(['import-orders:start', 'import-orders:success']);
  });

  it('tells a callback with an error and an answer of 500 or more as fails', async () => {
    const classic = withHeartbeat(
      'classic',
      (_event: unknown, _context: unknown, done: (error: Error) => void) => done(new Error('no')),
      { client: recorded.client },
    );
    await new Promise((resolve) => classic({}, contextWith(10_000), resolve));
    const gateway = withHeartbeat('gateway', async () => ({ statusCode: 502 }), {
      client: recorded.client,
    });
    await gateway();
    expect((await recorded.states()).toSorted()).toEqual([
      'classic:fail',
      'classic:start',
      'gateway:fail',
      'gateway:start',
    ]);
  });

  it('names a wrong margin', () => {
    expect(() => withHeartbeat('k', async () => 1, { timeoutMarginMs: -1 })).toThrow(
      /"timeoutMarginMs" got -1; it takes a number of milliseconds/u,
    );
  });
});
