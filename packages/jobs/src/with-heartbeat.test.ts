import { initHeartbeat } from '@lubdub/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createRecorded, type Recorded, unlimitedLubdub } from '../test/support/recorded.ts';
import { withHeartbeat } from './with-heartbeat.ts';

const open: Recorded[] = [];
const recorded = (): Recorded => {
  const made = createRecorded();
  open.push(made);
  return made;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ client }) => client.close(100)));
});

describe('withHeartbeat for any function', () => {
  it('sends a start before and a success after, under one run id', async () => {
    const { client, pings } = recorded();
    const job = withHeartbeat('backup', async (name: string) => `${name} saved`, { client });
    await expect(job('orders')).resolves.toBe('orders saved');
    const [start, success] = await pings();
    expect([start?.state, success?.state]).toEqual(['start', 'success']);
    expect(success?.runId).toBe(start?.runId);
    expect(success?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('keeps name, arity, properties, this and the synchronous nature', async () => {
    const { client, states } = recorded();
    const symbol = Symbol('of the framework');
    function handler(this: { n: number }, a: number, _b: string, _c?: boolean): number {
      return this.n + a;
    }
    const job = withHeartbeat('sync', Object.assign(handler, { [symbol]: 1, own: 2 }), { client });
    expect([job.name, job.length]).toEqual(['handler', 3]);
    expect([job[symbol], job.own]).toEqual([1, 2]);
    expect(job.call({ n: 40 }, 2, '')).toBe(42);
    expect(await states()).toEqual(['sync:start', 'sync:success']);
  });

  it('keeps async functions recognisable as such', () => {
    const { client } = recorded();
    const job = withHeartbeat('async', async () => 1, { client });
    expect(job.constructor.name).toBe('AsyncFunction');
  });

  it('rethrows the same error object, thrown or rejected', async () => {
    const { client, states } = recorded();
    const error = new RangeError('disk full');
    const thrower = withHeartbeat(
      'throws',
      () => {
        throw error;
      },
      { client },
    );
    const rejecter = withHeartbeat('rejects', () => Promise.reject(error), { client });
    expect(thrower).toThrow(error);
    await expect(rejecter()).rejects.toBe(error);
    expect(await states()).toEqual([
      'throws:start',
      'throws:fail',
      'rejects:start',
      'rejects:fail',
    ]);
  });

  it('takes the key from the arguments', async () => {
    const { client, states } = recorded();
    const job = withHeartbeat(
      (name: string) => `backup-${name}`,
      (name: string) => name,
      {
        client,
      },
    );
    job('orders');
    expect(await states()).toEqual(['backup-orders:start', 'backup-orders:success']);
  });

  it('runs the job all the same when the key function throws', () => {
    const { client } = recorded();
    const job: () => number = withHeartbeat(
      (): string => {
        throw new Error('no key');
      },
      () => 7,
      { client },
    );
    expect(job()).toBe(7);
  });

  it('finds the client of initHeartbeat at the call, and the next one after it was closed', async () => {
    const job = withHeartbeat('late', () => 1);
    for (let round = 0; round < 2; round += 1) {
      const made = createRecorded();
      await made.client.close(0);
      const client = initHeartbeat({ provider: unlimitedLubdub(), transport: made.transport });
      job();
      await client.close(1_000);
      expect(made.transport.requests).toHaveLength(1);
    }
  });

  it('passes through with one coded warning where there is no client', async () => {
    const warnings: unknown[] = [];
    const listen = (warning: Error & { code?: string }): void => {
      warnings.push(warning.code);
    };
    process.on('warning', listen);
    const job = withHeartbeat('unwatched', (n: number) => n * 2);
    expect([job(2), job(3)]).toEqual([4, 6]);
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(warnings).toEqual(['LUBDUB_NO_CLIENT']);
  });

  it('reports a returned value as a failure where classify says so', async () => {
    const { client, states } = recorded();
    const job = withHeartbeat('report', () => ({ ok: false }), {
      client,
      classify: ({ result }): 'success' | 'fail' =>
        (result as { ok: boolean }).ok ? 'success' : 'fail',
    });
    expect(job()).toEqual({ ok: false });
    expect(await states()).toEqual(['report:start', 'report:fail']);
  });

  it('lets classify put off and leave out errors that are no failures, as Temporal throws them', async () => {
    const { client, states } = recorded();
    const named = (name: string): Error => Object.assign(new Error('no failure'), { name });
    const activity = withHeartbeat(
      'activity',
      async (error: Error) => {
        throw error;
      },
      {
        client,
        classify: ({ error }) => {
          const { name } = error as Error;
          if (name === 'CompleteAsyncError') return 'deferred';
          return name === 'CancelledFailure' ? 'skip' : undefined;
        },
      },
    );
    for (const name of ['CompleteAsyncError', 'CancelledFailure', 'ApplicationFailure'])
      await expect(activity(named(name))).rejects.toMatchObject({ name });
    expect((await states()).toSorted()).toEqual([
      'activity:fail',
      'activity:log',
      'activity:start',
      'activity:start',
      'activity:start',
    ]);
  });
});

const one = (): number => 1;

describe('withHeartbeat given something wrong', () => {
  it.each([
    ['an empty key', ['', one], 'ERR_LUBDUB_INVALID_KEY'],
    ['a key with a control character', ['a\nb', one], 'ERR_LUBDUB_INVALID_KEY'],
    ['a number as key', [1, one], 'ERR_LUBDUB_INVALID_KEY'],
    ['a path', ['k', './job.js'], 'ERR_LUBDUB_NOT_A_FUNCTION'],
    ['nothing', ['k'], 'ERR_LUBDUB_NOT_A_FUNCTION'],
    ['an unknown option', ['k', one, { retries: 3 }], 'ERR_LUBDUB_UNKNOWN_OPTION'],
    ['a wrong option', ['k', one, { maxDurationMs: 'long' }], 'ERR_LUBDUB_INVALID_OPTION'],
    ['a client that is none', ['k', one, { client: {} }], 'ERR_LUBDUB_INVALID_OPTION'],
  ])('throws a typed error for %s', (_what, args, code) => {
    expect(() => (withHeartbeat as (...given: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  it('refuses to wrap twice with one key', () => {
    const job: () => number = withHeartbeat('once', () => 1);
    expect(() => withHeartbeat('once', job)).toThrow(
      /wrapped with the monitor key "once" already/u,
    );
  });

  it('makes two nested runs for two keys', async () => {
    const { client, states } = recorded();
    const job = withHeartbeat(
      'outer',
      withHeartbeat('inner', () => 1, { client }),
      { client },
    );
    job();
    expect((await states()).toSorted()).toEqual([
      'inner:start',
      'inner:success',
      'outer:start',
      'outer:success',
    ]);
  });
});
