import { Cron } from 'croner';
import { CronJob } from 'cron';
import * as cron from 'node-cron';
import nodeSchedule from 'node-schedule';
import PQueue from 'p-queue';
import { AsyncTask, SimpleIntervalJob, Task, ToadScheduler } from 'toad-scheduler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withHeartbeat as forCron } from '../src/cron.ts';
import { withHeartbeat as forCroner } from '../src/croner.ts';
import { withHeartbeat as forNodeCron } from '../src/node-cron.ts';
import { withHeartbeat as forNodeSchedule } from '../src/node-schedule.ts';
import { withHeartbeat as forPQueue } from '../src/p-queue.ts';
import { withHeartbeat as forToad } from '../src/toad-scheduler.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';

let recorded: Recorded;
let declare: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  recorded = createRecorded();
  declare = vi.spyOn(recorded.client, 'declare') as never;
});
afterEach(async () => {
  await recorded.client.close(100);
});
const options = (): { client: Recorded['client'] } => ({ client: recorded.client });
const tokyo = { schedule: '0 3 * * *', timezone: 'Asia/Tokyo' };
const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
const error = new Error('no');
const fails = (): Promise<never> => Promise.reject(error);

describe('node-cron', () => {
  it('tells success and fail under the name of the task, and declares its expression', async () => {
    let failing = false;
    const job = forNodeCron(async () => (failing ? fails() : 42), options());
    // It is not started, or it would run by itself when the tests do at three in the night there.
    const task = cron.createTask('0 3 * * *', job, { name: 'nightly', timezone: 'Asia/Tokyo' });
    await expect(task.execute()).resolves.toBe(42);
    failing = true;
    const failed = new Promise((resolve) => task.on('execution:failed', resolve));
    await task.execute().catch(() => undefined);
    await failed;
    await task.destroy();
    expect((await recorded.states()).toSorted()).toEqual([
      'nightly:fail',
      'nightly:start',
      'nightly:start',
      'nightly:success',
    ]);
    expect(declare).toHaveBeenCalledTimes(1);
    expect(declare).toHaveBeenCalledWith('nightly', tokyo);
  });

  it('says what to do with a background task', () => {
    expect(() => forNodeCron('k', './task.js' as never)).toThrow(
      /wrap the function inside that file/u,
    );
  });
});

describe('croner', () => {
  it('tells the job under its name, and declares pattern and zone', async () => {
    const job = new Cron(
      '0 3 * * *',
      { name: 'croner-nightly', timezone: 'Asia/Tokyo', paused: true },
      forCroner(async () => undefined, options()),
    );
    await job.trigger();
    job.stop();
    expect(await recorded.states()).toEqual(['croner-nightly:start', 'croner-nightly:success']);
    expect(declare).toHaveBeenCalledWith('croner-nightly', tokyo);
  });

  it('rethrows, so that catch sees the same error and trigger rejects without it', async () => {
    const caught: unknown[] = [];
    const quiet = new Cron(
      '0 3 * * *',
      { paused: true, catch: (thrown) => caught.push(thrown) },
      forCroner('a', fails, options()),
    );
    await quiet.trigger();
    const loud = new Cron('0 3 * * *', { paused: true }, forCroner('b', fails, options()));
    await expect(loud.trigger()).rejects.toBe(error);
    quiet.stop();
    loud.stop();
    expect(caught).toEqual([error]);
    expect((await recorded.states()).toSorted()).toEqual([
      'a:fail',
      'a:start',
      'b:fail',
      'b:start',
    ]);
  });

  it('leaves an asynchronous error without catch an unhandled rejection', async () => {
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    const others = process.listeners('unhandledRejection').slice(0, -1);
    for (const other of others) process.off('unhandledRejection', other);
    const job = new Cron('* * * * * *', { maxRuns: 1 }, forCroner('k', fails, options()));
    expect(await unhandled).toBe(error);
    for (const other of others) process.on('unhandledRejection', other);
    job.stop();
    expect(await recorded.states()).toEqual(['k:start', 'k:fail']);
  });
});

describe('node-schedule', () => {
  it('tells the job under its name, and declares its expression', async () => {
    const job = nodeSchedule.scheduleJob(
      'nightly',
      { rule: '0 3 * * *', tz: 'Asia/Tokyo' },
      forNodeSchedule(() => undefined, options()),
    );
    job.invoke();
    job.cancel();
    expect(await recorded.states()).toEqual(['nightly:start', 'nightly:success']);
    const [[key, declared]] = declare.mock.calls as unknown as [[string, { schedule: string }]];
    expect(key).toBe('nightly');
    expect(declared).toMatchObject({ schedule: expect.stringMatching(/0 3 \* \* \*$/u) as string });
  });

  it('takes a key for a job without a name', async () => {
    const job = nodeSchedule.scheduleJob(
      '0 3 * * *',
      forNodeSchedule('k', () => undefined, options()),
    );
    job.invoke();
    job.cancel();
    expect(await recorded.states()).toEqual(['k:start', 'k:success']);
  });
});

describe('cron', () => {
  it('tells onTick under the name of the job, keeps this, and declares source and zone', async () => {
    const selves: unknown[] = [];
    const job = CronJob.from({
      name: 'nightly',
      cronTime: '0 3 * * *',
      timeZone: 'Asia/Tokyo',
      waitForCompletion: true,
      onTick: forCron(async function onTick(this: unknown) {
        selves.push(this);
      }, options()),
    });
    await job.fireOnTick();
    expect(selves[0]).toBe(job);
    expect(await recorded.states()).toEqual(['nightly:start', 'nightly:success']);
    expect(declare).toHaveBeenCalledWith('nightly', tokyo);
  });

  it('hands the error to the errorHandler', async () => {
    const errorHandler = vi.fn<(thrown: unknown) => void>();
    const job = CronJob.from({
      cronTime: '0 3 * * *',
      waitForCompletion: true,
      errorHandler,
      onTick: forCron('k', fails, options()),
    });
    await job.fireOnTick();
    expect(errorHandler).toHaveBeenCalledWith(error);
    expect(await recorded.states()).toEqual(['k:start', 'k:fail']);
  });

  it('declares the zone of the process where the job has none', async () => {
    const onTick = forCron(() => undefined, options());
    await CronJob.from({ name: 'plain', cronTime: '0 3 * * *', onTick }).fireOnTick();
    expect(declare).toHaveBeenCalledWith('plain', { schedule: '0 3 * * *', timezone: local });
  });
});

describe('toad-scheduler', () => {
  it('tells tasks under their id, synchronous and asynchronous, good and bad', async () => {
    const scheduler = new ToadScheduler();
    const caught = new Promise((resolve) => {
      const task = new AsyncTask('bad', forToad(fails, options()), resolve);
      scheduler.addSimpleIntervalJob(
        new SimpleIntervalJob({ hours: 1, runImmediately: true }, task, { id: 'job-7' }),
      );
    });
    expect(await caught).toBe(error);
    new Task(
      'good',
      forToad(() => undefined, options()),
    ).execute('job-8');
    scheduler.stop();
    expect((await recorded.states()).toSorted()).toEqual([
      'bad:fail',
      'bad:start',
      'good:start',
      'good:success',
    ]);
    expect((await recorded.pings())[0]?.metadata).toEqual({ jobId: 'job-7' });
  });
});

describe('p-queue', () => {
  it('tells each task, and hands on result and error', async () => {
    const queue = new PQueue({ concurrency: 2 });
    const good = queue.add(forPQueue('good', async () => 42, options()));
    const bad = queue.add(forPQueue('bad', fails, options()));
    await expect(good).resolves.toBe(42);
    await expect(bad).rejects.toBe(error);
    expect((await recorded.states()).toSorted()).toEqual([
      'bad:fail',
      'bad:start',
      'good:start',
      'good:success',
    ]);
  });
});
