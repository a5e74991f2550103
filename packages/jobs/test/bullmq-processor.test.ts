import type { Job, Processor } from 'bullmq';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withHeartbeat } from '../src/bullmq.ts';
import { type Bull, createBull, versions } from './support/bull.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';
import { redisAnswers } from '@lubdub/test-kit/redis';

describe.skipIf(!redisAnswers).each(versions)('withHeartbeat on %s', (_version, module) => {
  let bull: Bull;
  let recorded: Recorded;
  const wrap = (processor: Processor, options = {}): Processor =>
    withHeartbeat('mail', processor, { client: recorded.client, ...options });

  beforeEach(() => {
    bull = createBull(module);
    recorded = createRecorded();
  });
  afterEach(async () => {
    await bull.close();
    await recorded.client.close(100);
  });

  const runIds = async (): Promise<number> =>
    new Set((await recorded.pings()).map(({ runId }) => runId)).size;

  it('tells a job that ends well as start and success of one run, with queue, job and attempt', async () => {
    const worker = bull.worker(wrap(async () => 42));
    const end = bull.ended(worker);
    const { id } = await bull.queue.add('welcome', {});
    const { job } = await end;
    expect(job.returnvalue).toBe(42);
    const pings = await recorded.pings();
    expect(pings.map(({ state }) => state)).toEqual(['start', 'success']);
    expect(await runIds()).toBe(1);
    expect(pings[1]?.metadata).toEqual({
      queue: 'mail',
      job: 'welcome',
      jobId: id,
      attempt: 1,
      attempts: 1,
    });
  });

  it('takes queue and job name as the key when none is given', async () => {
    const worker = bull.worker(withHeartbeat(async () => 1, { client: recorded.client }));
    const end = bull.ended(worker);
    await bull.queue.add('welcome', {});
    await end;
    expect(await recorded.states()).toEqual(['mail.welcome:start', 'mail.welcome:success']);
  });

  it('keeps the arity by which BullMQ decides whether there is an AbortSignal', async () => {
    const signals: unknown[] = [];
    const three = bull.worker(
      wrap(async (_job, _token, signal) => {
        signals.push(signal);
      }),
    );
    const end = bull.ended(three);
    await bull.queue.add('a', {});
    await end;
    expect(signals[0]).toBeInstanceOf(AbortSignal);
    expect(wrap(async () => 1).length).toBe(0);
  });

  it('suspends the run at a DelayedError and goes on with it under the same id', async () => {
    const processor = async (job: Job, token?: string): Promise<void> => {
      if (job.attemptsStarted > 1) return;
      await job.moveToDelayed(Date.now() + 20, token);
      throw new module.DelayedError();
    };
    const worker = bull.worker(wrap(processor));
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:success']);
    expect(await runIds()).toBe(1);
    expect((await recorded.pings())[1]?.message).toBe('delayed');
  });

  it('suspends the run at a WaitingError', async () => {
    const processor = async (job: Job, token?: string): Promise<void> => {
      if (job.attemptsStarted > 1) return;
      await job.moveToWait(token);
      throw new module.WaitingError();
    };
    const worker = bull.worker(wrap(processor));
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:success']);
  });

  it('suspends the run at a WaitingChildrenError', async () => {
    const children = bull.another('children');
    const processor = async (job: Job, token?: string): Promise<void> => {
      if (job.attemptsStarted > 1) return;
      await children.add(
        'child',
        {},
        { parent: { id: job.id ?? '', queue: job.queueQualifiedName } },
      );
      if (await job.moveToWaitingChildren(token ?? '')) throw new module.WaitingChildrenError();
    };
    const worker = bull.worker(wrap(processor));
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    // Only now, or the child might have ended before its parent waits for it.
    await eventually(async () => expect(await recorded.states()).toContain('mail:log'));
    const childWorker = new module.Worker('children', async () => 1, {
      connection: bull.connection(),
      prefix: bull.prefix,
    });
    await end;
    await childWorker.close();
    expect((await recorded.states()).filter((state) => state !== 'mail:log')).toEqual([
      'mail:start',
      'mail:success',
    ]);
  });

  it('suspends the run at a rate limit, told by its message alone', async () => {
    const worker = bull.worker(
      wrap(async (job: Job) => {
        if (job.attemptsStarted > 1) return;
        await bull.queue.rateLimit(20);
        throw new Error('bullmq:rateLimitExceeded');
      }),
      { limiter: { max: 1, duration: 20 } },
    );
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:success']);
    expect((await recorded.pings())[1]?.message).toBe('rate limited');
  });

  it('recognises the errors of another copy of BullMQ by their name', async () => {
    class DelayedError extends Error {}
    const processor = async (job: Job, token?: string): Promise<void> => {
      if (job.attemptsStarted > 1) return;
      await job.moveToDelayed(Date.now() + 10, token);
      throw Object.assign(new DelayedError('other copy'), { name: 'DelayedError' });
    };
    const worker = bull.worker(wrap(processor));
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:success']);
  });

  it('does not tell an attempt that is tried again as a fail', async () => {
    const worker = bull.worker(
      wrap(async (job: Job) => {
        if (job.attemptsMade < 2) throw new Error('not yet');
      }),
    );
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 3 });
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:log', 'mail:success']);
    expect(await runIds()).toBe(1);
  });

  it('tells one fail, on the final attempt, and keeps the error object', async () => {
    const error = new Error('mailbox full');
    const worker = bull.worker(wrap(() => Promise.reject(error)));
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 2 });
    expect((await end).error).toBe(error);
    const pings = await recorded.pings();
    expect(pings.map(({ state }) => state)).toEqual(['start', 'log', 'fail']);
    expect(pings[2]).toMatchObject({
      message: 'Error: mailbox full',
      metadata: { attempt: 2, attempts: 2 },
    });
  });

  it('tells every attempt as a run of its own when asked to', async () => {
    const worker = bull.worker(
      wrap(() => Promise.reject(new Error('no')), { failures: 'every-attempt' }),
    );
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 2 });
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:fail', 'mail:start', 'mail:fail']);
    expect(await runIds()).toBe(2);
  });

  it('tells an UnrecoverableError as a fail although attempts are left', async () => {
    const worker = bull.worker(wrap(() => Promise.reject(new module.UnrecoverableError('bad'))));
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 5 });
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:fail']);
  });

  it('tells a fail when a custom backoff of -1 gives the job up early', async () => {
    const worker = bull.worker(
      wrap(() => Promise.reject(new Error('no'))),
      { settings: { backoffStrategy: () => -1 } },
    );
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 5, backoff: { type: 'custom' } });
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:fail']);
    expect(await runIds()).toBe(1);
    expect(worker.listenerCount('failed')).toBe(0);
  });

  it('tells a fail at the last start that maxStartedAttempts allows, although attempts are left', async () => {
    const worker = bull.worker(
      wrap(() => Promise.reject(new Error('no'))),
      { maxStartedAttempts: 2 },
    );
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 5 });
    await end;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:log', 'mail:fail']);
    expect(await runIds()).toBe(1);
  });

  it('tells how a job ended that worker.close() waited for', async () => {
    let finish: (() => void) | undefined;
    const worker = bull.worker(
      wrap(
        () =>
          new Promise<void>((resolve) => {
            finish = resolve;
          }),
      ),
    );
    await bull.queue.add('a', {});
    await eventually(() => expect(finish).toBeDefined());
    const closed = worker.close();
    expect(recorded.client.stats().runs.open).toBe(1);
    finish?.();
    await closed;
    expect(await recorded.states()).toEqual(['mail:start', 'mail:success']);
  });

  it('reports throw undefined, although BullMQ leaves the job active and emits nothing', async () => {
    bull.worker(
      wrap(async () => {
        // oxlint-disable-next-line typescript/only-throw-error -- the trap itself
        throw undefined;
      }),
    );
    const job = await bull.queue.add('a', {});
    await eventually(async () =>
      expect(await recorded.states()).toEqual(['mail:start', 'mail:fail']),
    );
    expect(await job.getState()).toBe('active');
  });
});
