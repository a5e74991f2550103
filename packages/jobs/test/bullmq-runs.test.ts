import { lubdub } from '@lubdub/core/providers/lubdub';
import type { Job, Processor } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monitorWorker, withHeartbeat } from '../src/bullmq.ts';
import { type Bull, createBull, versions } from './support/bull.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';
import { redisAnswers } from '@lubdub/test-kit/redis';

describe.skipIf(!redisAnswers).each(versions)('runs of jobs on %s', (_version, module) => {
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

  it('sends no start to a service that limits durations when the job may be tried again', async () => {
    const limited = createRecorded({ provider: lubdub({ baseUrl: 'http://127.0.0.1:9' }) });
    const worker = bull.worker(withHeartbeat('mail', async () => 1, { client: limited.client }));
    for (const attempts of [1, 2]) {
      const end = bull.ended(worker);
      await bull.queue.add('a', {}, { attempts });
      await end;
    }
    expect(await limited.states()).toEqual(['mail:start', 'mail:success', 'mail:success']);
    await limited.client.close(100);
  });

  it('sends no start to it either for a processor that takes the token, unless suspends is false', async () => {
    const limited = createRecorded({ provider: lubdub({ baseUrl: 'http://127.0.0.1:9' }) });
    const processor = async (_job: Job, _token?: string): Promise<number> => 1;
    const states: (readonly string[])[] = [];
    for (const options of [{}, { suspends: false }]) {
      const worker = bull.worker(
        withHeartbeat('mail', processor, { client: limited.client, ...options }),
      );
      const end = bull.ended(worker);
      await bull.queue.add('a', {});
      await end;
      await worker.close();
      states.push(await limited.states());
    }
    expect(states[0]).toEqual(['mail:success']);
    expect(states[1]).toEqual(['mail:success', 'mail:start', 'mail:success']);
    await limited.client.close(100);
  });

  it("takes a Job Scheduler's id as the key and its pattern as the schedule", async () => {
    const declare = vi.spyOn(recorded.client, 'declare');
    const worker = bull.worker(withHeartbeat(async () => 1, { client: recorded.client }));
    const end = bull.ended(worker);
    await bull.queue.upsertJobScheduler(
      'nightly',
      { pattern: '* * * * * *', tz: 'Europe/Berlin' },
      { name: 'report' },
    );
    await end;
    await bull.queue.removeJobScheduler('nightly');
    expect((await recorded.states()).slice(0, 2)).toEqual(['nightly:start', 'nightly:success']);
    expect(declare).toHaveBeenCalledWith('nightly', {
      schedule: '* * * * * *',
      timezone: 'Europe/Berlin',
    });
  });

  it('tells a job that was retried by hand after its final fail as a new run', async () => {
    let fails = true;
    const worker = bull.worker(
      wrap(async () => {
        if (fails) throw new Error('no');
      }),
    );
    let end = bull.ended(worker);
    await bull.queue.add('a', {});
    const { job } = await end;
    fails = false;
    end = bull.ended(worker);
    await job.retry();
    await end;
    expect(await recorded.states()).toEqual([
      'mail:start',
      'mail:fail',
      'mail:start',
      'mail:success',
    ]);
    expect(await runIds()).toBe(2);
  });

  it('keeps the runs of 50 concurrent jobs apart', async () => {
    const total = 200;
    let ended = 0;
    let allEnded = (): void => undefined;
    const all = new Promise<void>((resolve) => (allEnded = resolve));
    const worker = bull.worker(
      wrap(async () => new Promise((resolve) => setImmediate(resolve))),
      { concurrency: 50 },
    );
    worker.on('completed', () => {
      ended += 1;
      if (ended === total) allEnded();
    });
    await bull.queue.addBulk(Array.from({ length: total }, () => ({ name: 'a', data: {} })));
    await all;
    const pings = await recorded.pings();
    expect(pings).toHaveLength(2 * total);
    expect(await runIds()).toBe(total);
    const started = new Set<string>();
    const overtaken = pings.filter(({ state, runId }) => {
      if (state === 'start') started.add(runId);
      return !started.has(runId);
    });
    expect(overtaken).toEqual([]);
  });
});

describe.skipIf(!redisAnswers)('a job of BullMQ 5 that discards its other attempts', () => {
  const [, [, module]] = versions as readonly [(typeof versions)[0], (typeof versions)[0]];
  const discarding = async (job: Job): Promise<void> => {
    (job as Job & { discard(): void }).discard();
    throw new Error('hopeless');
  };

  it.each(['withHeartbeat', 'monitorWorker'])('is told by %s as one fail at once', async (by) => {
    const bull = createBull(module);
    const { client, states } = createRecorded();
    const wrapped = by === 'withHeartbeat';
    const worker = bull.worker(
      wrapped ? withHeartbeat('mail', discarding, { client }) : discarding,
    );
    if (!wrapped) monitorWorker(worker, { key: 'mail', client });
    const end = bull.ended(worker);
    await bull.queue.add('a', {}, { attempts: 5 });
    const { job } = await end;
    expect(job.attemptsMade).toBe(1);
    expect(await states()).toEqual(['mail:start', 'mail:fail']);
    await bull.close();
    await client.close(100);
  });
});
