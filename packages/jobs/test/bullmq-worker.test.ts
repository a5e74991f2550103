import { fileURLToPath } from 'node:url';
import type { Job, Processor } from 'bullmq';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monitorWorker, withHeartbeat } from '../src/bullmq.ts';
import { type Bull, createBull, versions } from './support/bull.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';
import { redisAnswers } from '@lubdub/test-kit/redis';

const sandboxed = fileURLToPath(new URL('fixtures/sandboxed.cjs', import.meta.url));

describe.skipIf(!redisAnswers).each(versions)('monitorWorker on %s', (version, module) => {
  let bull: Bull;
  let recorded: Recorded;
  beforeEach(() => {
    bull = createBull(module);
    recorded = createRecorded();
  });
  afterEach(async () => {
    await bull.close();
    await recorded.client.close(100);
  });
  const watched = (
    processor: Processor | string,
    options: Parameters<Bull['worker']>[1] = {},
  ): ReturnType<Bull['worker']> => {
    const worker = bull.worker(processor, options);
    monitorWorker(worker, { client: recorded.client });
    return worker;
  };

  it('tells start and success, and one fail on the final attempt', async () => {
    const worker = watched(async (job: Job) => {
      if (job.name === 'bad') throw new Error('no');
    });
    for (const name of ['good', 'bad']) {
      const end = bull.ended(worker);
      await bull.queue.add(name, {}, { attempts: name === 'bad' ? 2 : 1 });
      await end;
    }
    const states = await recorded.states();
    expect(states.filter((state) => state.startsWith('mail.good'))).toEqual([
      'mail.good:start',
      'mail.good:success',
    ]);
    expect(states.filter((state) => state.startsWith('mail.bad'))).toEqual([
      'mail.bad:start',
      'mail.bad:log',
      'mail.bad:fail',
    ]);
  });

  it('adds no error listener, and none at all once stopped', () => {
    const worker = new module.Worker(bull.name, async () => 1, {
      connection: bull.connection(),
      prefix: bull.prefix,
      autorun: false,
    });
    const before = worker.eventNames().map((name) => [name, worker.listenerCount(name as never)]);
    const monitor = monitorWorker(worker, { client: recorded.client });
    expect(worker.listenerCount('error')).toBe(0);
    expect(worker.listenerCount('failed')).toBe(1);
    monitor.stop();
    monitor.stop();
    expect(worker.eventNames().map((name) => [name, worker.listenerCount(name as never)])).toEqual(
      before,
    );
    worker.on('error', () => undefined);
    return worker.close(true);
  });

  it('tells the parent of a flow that fails by its child', async () => {
    const worker = watched(async () => 1);
    const end = bull.ended(worker);
    const children = new module.Worker('children', () => Promise.reject(new Error('no')), {
      connection: bull.connection(),
      prefix: bull.prefix,
    });
    const flow = new module.FlowProducer({
      connection: bull.connection(),
      prefix: bull.prefix,
    });
    await flow.add({
      name: 'parent',
      queueName: bull.name,
      children: [{ name: 'child', queueName: 'children', opts: { failParentOnFailure: true } }],
    });
    await end;
    await children.close();
    await flow.close();
    const fail = (await recorded.pings()).find(({ state }) => state === 'fail');
    expect(fail).toMatchObject({ key: 'mail.parent', reason: 'failed-by-child' });
  });

  it.each([
    ['process', false],
    ['thread', true],
  ])('tells the end of a sandboxed %s', async (_what, useWorkerThreads) => {
    const worker = watched(sandboxed, { useWorkerThreads });
    for (const name of ['succeeds', 'fails', 'dies']) {
      const end = bull.ended(worker);
      await bull.queue.add(name, {});
      await end;
    }
    const terminals = (await recorded.pings()).filter(
      ({ state }) => state === 'success' || state === 'fail',
    );
    expect(
      terminals.map(({ key, state, reason }) => `${key} ${state} ${reason}`).toSorted(),
    ).toEqual([
      'mail.dies fail sandbox-exit',
      'mail.fails fail error',
      'mail.succeeds success undefined',
    ]);
  });

  it('tells a job that was started too often, which no processor sees', async () => {
    const worker = watched(
      async (job: Job, token?: string) => {
        await job.moveToDelayed(Date.now() + 1, token);
        throw new module.DelayedError();
      },
      { maxStartedAttempts: 1 },
    );
    const end = bull.ended(worker);
    await bull.queue.add('often', {});
    await end;
    const pings = await recorded.pings();
    expect(pings.map(({ state }) => state).toSorted()).toEqual(['fail', 'log', 'start']);
    expect(pings.find(({ state }) => state === 'fail')).toMatchObject({
      reason: 'started-too-often',
    });
  });

  it('goes on with the run of a job that put itself off', async () => {
    const worker = watched(async (job: Job, token?: string) => {
      if (job.attemptsStarted > 1) return;
      await job.moveToDelayed(Date.now() + 20, token);
      throw new module.DelayedError();
    });
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    expect(await recorded.states()).toEqual(['mail.a:start', 'mail.a:log', 'mail.a:success']);
    expect(new Set((await recorded.pings()).map(({ runId }) => runId)).size).toBe(1);
    expect(recorded.client.stats().runs.open).toBe(0);
  });

  it('lets go of the run of a job that put itself off for long as soon as others run', async () => {
    const worker = watched(async (job: Job, token?: string) => {
      if (job.name !== 'later') return;
      await job.moveToDelayed(Date.now() + 600_000, token);
      throw new module.DelayedError();
    });
    await bull.queue.add('later', {});
    const end = bull.ended(worker);
    await bull.queue.add('a', {});
    await end;
    await eventually(() => expect(recorded.client.stats().runs.open).toBe(0));
    expect(await recorded.states()).toContain('mail.later:log');
    expect(await recorded.states()).not.toContain('mail.later:fail');
  });

  it('tells exactly one terminal when a lock was lost and another worker ran the job', async () => {
    let release = (): void => undefined;
    const first = new Promise<void>((resolve) => (release = resolve));
    let begun = (): void => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const slow = watched(
      () => {
        begun();
        return first;
      },
      { lockDuration: 100, skipLockRenewal: true, skipStalledCheck: true },
    );
    await bull.queue.add('a', {});
    await started;
    const fast = watched(async () => 2, { stalledInterval: 100 });
    await bull.ended(fast);
    const errored = new Promise((resolve) => slow.once('error', resolve));
    release();
    await errored;
    await slow.close();
    const terminals = (await recorded.states()).filter((state) => /success|fail/u.test(state));
    expect(terminals).toEqual(['mail.a:success']);
  });

  it('defers what runs when the worker is closed by force', async () => {
    let begun = (): void => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const worker = watched(() => {
      begun();
      return new Promise(() => undefined);
    });
    await bull.queue.add('a', {});
    await started;
    await worker.close(true);
    expect(await recorded.states()).toEqual(['mail.a:start', 'mail.a:log']);
  });

  it('refuses a worker whose processor is wrapped under the same key', () => {
    const options = { client: recorded.client };
    const same = bull.worker(withHeartbeat('k', async () => 1, options));
    const byDefault = bull.worker(withHeartbeat(async () => 1, options));
    const twice = expect.objectContaining({ code: 'ERR_LUBDUB_WRAPPED_TWICE' }) as Error;
    expect(() => monitorWorker(same, { ...options, key: 'k' })).toThrow(twice);
    expect(() => monitorWorker(byDefault, options)).toThrow(twice);
    expect(() => monitorWorker(same, options)).not.toThrow();
  });

  it('runs the handler unmonitored, with one coded warning, when both turn out to use one key', async () => {
    const warnings: (string | undefined)[] = [];
    const listen = (warning: Error & { code?: string }): void => {
      warnings.push(warning.code);
    };
    process.on('warning', listen);
    const key = `both-${version}`;
    const worker = bull.worker(
      withHeartbeat(
        () => key,
        async () => 1,
        { client: recorded.client },
      ),
    );
    monitorWorker(worker, { client: recorded.client, key });
    for (let round = 0; round < 2; round += 1) {
      const end = bull.ended(worker);
      await bull.queue.add('a', {});
      await end;
    }
    process.off('warning', listen);
    expect(await recorded.states()).toEqual(
      ['start', 'success', 'start', 'success'].map((state) => `${key}:${state}`),
    );
    expect(warnings.filter((code) => code === 'LUBDUB_MONITORED_TWICE')).toHaveLength(1);
  });
});
