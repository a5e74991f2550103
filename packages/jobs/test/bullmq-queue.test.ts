import { type ManualClock, createManualClock, startPingServer } from '@lubdub/core/testing';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { declareSchedules, monitorQueue } from '../src/bullmq.ts';
import { type Bull, createBull, versions } from './support/bull.ts';
import { patienceMs, runChild } from './support/child.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';
import { redisAnswers, redisUrl } from '@lubdub/test-kit/redis';

const minute = 60_000;
const lingerMs = 20;

describe.skipIf(!redisAnswers).each(versions)('monitorQueue on %s', (version, module) => {
  let bull: Bull;
  let clock: ManualClock;
  let recorded: Recorded;
  let looks: number;
  beforeEach(() => {
    bull = createBull(module);
    clock = createManualClock();
    recorded = createRecorded({ clock });
    looks = 0;
    const { client } = recorded;
    const every = client.every.bind(client);
    vi.spyOn(client, 'every').mockImplementation((key, options = {}) =>
      every(key, {
        ...options,
        check: async () => {
          const good = (await options.check?.()) === true;
          looks += 1;
          return good;
        },
      }),
    );
  });
  afterEach(async () => {
    await bull.close();
  });

  const told = (): readonly string[] =>
    recorded.transport.requests.flatMap(({ body }) =>
      (JSON.parse(body ?? '{}') as { pings: { state: string; message?: string }[] }).pings.map(
        ({ state, message }) => (message === undefined ? state : `${state}: ${message}`),
      ),
    );
  const watch = (options: Parameters<typeof monitorQueue>[2] = {}, queue = bull.queue): void => {
    monitorQueue('mail-queue', queue, {
      client: recorded.client,
      clock,
      intervalMs: minute,
      maxIdleMs: 5 * minute,
      ...options,
    });
  };
  /** Lets minutes pass, one look each. */
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed += 1) {
      const before = looks;
      await clock.advance(minute);
      await eventually(() => expect(looks).toBeGreaterThan(before));
      // What a look tells waits so long for company before it leaves.
      await clock.advance(lingerMs);
    }
  };

  it('beats while there is nothing to do', async () => {
    watch();
    await pass(8);
    expect(told().every((ping) => ping === 'success')).toBe(true);
    expect(told().length).toBeGreaterThanOrEqual(8);
  });

  it('tells a backlog that stops moving once, then stays silent until it moves again', async () => {
    await bull.queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ]);
    watch();
    await pass(9);
    expect(told().filter((ping) => ping !== 'success')).toEqual([
      expect.stringMatching(
        /^fail: no progress for \d+ s: 2 jobs waiting, 0 jobs running; no worker is connected$/u,
      ),
    ]);
    const beats = told().length;
    await pass(2);
    expect(told()).toHaveLength(beats);
    const worker = bull.worker(async () => 1);
    await bull.ended(worker);
    await eventually(async () => expect(await bull.queue.getWaitingCount()).toBe(0));
    await pass(1);
    expect(told().at(-1)).toBe('success');
  });

  it('is not taken in by jobs that are added, not even at the front', async () => {
    watch();
    for (let minutes = 0; minutes < 8; minutes += 1) {
      await bull.queue.add('a', {}, { lifo: true });
      await bull.queue.add('b', {});
      await pass(1);
    }
    expect(told().filter((ping) => ping.startsWith('fail'))).toHaveLength(1);
  });

  it('tells a worker that hangs in a job', async () => {
    let begun = (): void => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const worker = bull.worker(() => {
      begun();
      return new Promise(() => undefined);
    });
    await bull.queue.add('a', {});
    await started;
    watch({ worker });
    await pass(8);
    expect(told().filter((ping) => ping !== 'success')).toEqual([
      expect.stringContaining('0 jobs waiting, 1 job running'),
    ]);
  });

  it('takes updateProgress of a long job for progress, also without the worker', async () => {
    const stopping = new AbortController();
    const worker = bull.worker(async (job) => {
      for (let step = 0; !stopping.signal.aborted; step += 1) {
        await job.updateProgress(step);
        await new Promise(setImmediate);
      }
    });
    const progressed = (): Promise<unknown> =>
      new Promise((resolve) => worker.once('progress', resolve));
    const begun = progressed();
    await bull.queue.add('a', {});
    await begun;
    watch();
    for (let minutes = 0; minutes < 8; minutes += 1) {
      await progressed();
      await pass(1);
    }
    stopping.abort();
    expect(told().every((ping) => ping === 'success')).toBe(true);
  });

  it.each([
    ['fail', ['no progress for 300 s: 1 job waiting, 0 jobs running; the queue is paused']],
    ['beat', []],
  ] as const)('a paused queue with jobs: %s', async (whenPaused, fails) => {
    await bull.queue.add('a', {});
    await bull.queue.pause();
    watch({ whenPaused });
    await pass(8);
    expect(told().filter((ping) => ping !== 'success')).toEqual(
      fails.map((text) => `fail: ${text}`),
    );
  });

  it('does not beat while Redis does not answer, and beats again when it does', async () => {
    let asked = 0;
    let answers = true;
    let release = (): void => undefined;
    const { queue } = bull;
    const getJobCounts = queue.getJobCounts.bind(queue);
    vi.spyOn(queue, 'getJobCounts').mockImplementation(async (...types) => {
      asked += 1;
      if (!answers) await new Promise<void>((resolve) => (release = resolve));
      return getJobCounts(...types);
    });
    watch();
    await eventually(() => expect(looks).toBe(1));
    await pass(1);
    answers = false;
    await clock.advance(minute);
    await eventually(() => expect(asked).toBe(3));
    const beats = told().length;
    await clock.advance(10 * minute);
    expect([told().length, asked]).toEqual([beats, 3]);
    answers = true;
    release();
    await pass(1);
    expect(told().length).toBeGreaterThan(beats);
  });

  it('hears nothing from a process whose event loop is blocked', async () => {
    const server = await startPingServer();
    const connection =
      version === 'BullMQ 6'
        ? `new Redis('${redisUrl}', { maxRetriesPerRequest: null })`
        : `{ host: new URL('${redisUrl}').hostname, port: Number(new URL('${redisUrl}').port || 6379) }`;
    const child = runChild(`
      import { Queue } from '${version === 'BullMQ 6' ? 'bullmq' : 'bullmq5'}';
      import { Redis } from 'ioredis';
      import { createHeartbeat } from '@lubdub/core';
      import { lubdub } from '@lubdub/core/providers/lubdub';
      import { monitorQueue } from '@lubdub/jobs/bullmq';
      const client = createHeartbeat({ provider: lubdub({ baseUrl: '${server.url}' }) });
      const queue = new Queue('mail', { connection: ${connection}, prefix: '${bull.prefix}' });
      monitorQueue('mail-queue', queue, { client, intervalMs: 1000 });
      setTimeout(() => {
        const from = Date.now();
        while (Date.now() < from + 3500);
        console.log('BLOCKED ' + from + ' TO ' + Date.now() + ';');
      }, 1500);
    `);
    await server.until(({ pings }) => pings.length >= 1, patienceMs);
    await child.printed(';');
    const [fromMs = 0, toMs = 0] = child.output().match(/\d+/gu)?.map(Number) ?? [];
    await server.until(
      ({ pings }) => pings.some(({ timestampMs }) => timestampMs >= toMs),
      patienceMs,
    );
    expect(toMs - fromMs).toBeGreaterThanOrEqual(3_500);
    const during = server.pings.filter(
      ({ timestampMs }) => timestampMs > fromMs && timestampMs < toMs,
    );
    expect(during).toEqual([]);
    await child.kill();
    await server.close();
  });

  it('takes the schedules of the Job Schedulers', async () => {
    await bull.queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *', tz: 'Asia/Tokyo' });
    await bull.queue.upsertJobScheduler('often', { every: 90_000 });
    const declare = vi.spyOn(recorded.client, 'declare');
    const declared = await declareSchedules(bull.queue as never, {
      client: recorded.client,
      graceMs: minute,
      key: ({ key }) => `mail-${key}`,
    });
    expect(declared).toEqual({
      'mail-nightly': { schedule: '0 3 * * *', timezone: 'Asia/Tokyo', graceMs: minute },
      'mail-often': { intervalMs: 90_000, graceMs: minute },
    });
    expect(declare).toHaveBeenCalledTimes(2);
  });
});

describe('monitorQueue given something wrong', () => {
  it.each([
    ['a name instead of the queue', ['k', 'mail']],
    ['a bad key', ['', {}]],
    ['a short interval', ['k', 'QUEUE', { intervalMs: 10 }]],
    ['an unknown option', ['k', 'QUEUE', { interval: 10_000 }]],
  ])('throws a typed error for %s', (_what, [key, queue, options]) => {
    const stub = Object.fromEntries(
      ['getJobCounts', 'getRanges', 'getJobState', 'getJob', 'isPaused'].map((name) => [
        name,
        async () => 0,
      ]),
    );
    expect(() =>
      monitorQueue(key as never, (queue === 'QUEUE' ? stub : queue) as never, options as never),
    ).toThrow(expect.objectContaining({ name: 'LubdubError' }) as Error);
  });
});
