import { type Job, type Queue, Worker } from 'bullmq';
import type { Agenda, Job as AgendaJob } from 'agenda';
import { CronJob } from 'cron';
import { Cron } from 'croner';
import type { JobHelpers, TaskList } from 'graphile-worker';
import { schedule, type TaskContext } from 'node-cron';
import { scheduleJob } from 'node-schedule';
import type PQueue from 'p-queue';
import type { Job as BossJob, PgBoss } from 'pg-boss';
import { AsyncTask } from 'toad-scheduler';
import { describe, expectTypeOf, it } from 'vitest';
import {
  monitorAgenda,
  monitorQueue as monitorAgendaQueue,
  withHeartbeat as forAgenda,
} from '../src/agenda.ts';
import { monitorQueue, monitorWorker, withHeartbeat as forBullMq } from '../src/bullmq.ts';
import { withHeartbeat as forCron } from '../src/cron.ts';
import { withHeartbeat as forCroner } from '../src/croner.ts';
import { withHeartbeat as forGraphile } from '../src/graphile-worker.ts';
import { withHeartbeat } from '../src/index.ts';
import { withHeartbeat as forLambda } from '../src/lambda.ts';
import { withHeartbeat as forNodeCron } from '../src/node-cron.ts';
import { withHeartbeat as forNodeSchedule } from '../src/node-schedule.ts';
import { withHeartbeat as forPQueue } from '../src/p-queue.ts';
import { withHeartbeat as forPgBoss } from '../src/pg-boss.ts';
import { withHeartbeat as forToad } from '../src/toad-scheduler.ts';

describe('types of withHeartbeat', () => {
  it('keeps the type of the function', () => {
    const job = withHeartbeat('k', async (database: string, retries?: number) => [
      database,
      retries,
    ]);
    expectTypeOf(job).toEqualTypeOf<
      (database: string, retries?: number) => Promise<(string | number | undefined)[]>
    >();
  });

  it('hands the arguments to the key function', () => {
    const length = (database: string): number => database.length;
    const one = (_database: string): number => 1;
    expectTypeOf(withHeartbeat((database) => `backup-${database}`, one)).toEqualTypeOf(one);
    // @ts-expect-error a key is a string
    withHeartbeat(length, one);
  });

  it('takes no key only where the runner has one', () => {
    const processor = async (_job: Job): Promise<number> => 1;
    expectTypeOf(forBullMq(processor, { failures: 'every-attempt' })).toEqualTypeOf(processor);
    // @ts-expect-error p-queue does not know what a task is called
    forPQueue(processor);
    // @ts-expect-error an option of BullMQ's
    withHeartbeat('k', processor, { failures: 'final' });
  });

  it('takes the frameworks as they are', () => {
    expectTypeOf(monitorWorker).toBeCallableWith({} as Worker);
    expectTypeOf(monitorQueue).toBeCallableWith('k', {} as Queue);
    expectTypeOf(monitorAgenda).toBeCallableWith({} as Agenda);
    expectTypeOf(monitorAgendaQueue).toBeCallableWith('k', {} as Agenda);
  });
});

declare const agenda: Agenda;
declare const boss: PgBoss;
declare const queue: PQueue;

describe('a handler without types, put where the runner takes it', () => {
  it('BullMQ: has the job of the worker', () => {
    const connection = {};
    void new Worker(
      'q',
      forBullMq('k', async (job) => {
        expectTypeOf(job).toEqualTypeOf<Job>();
        return job.data;
      }),
      { connection },
    );
    void new Worker(
      'q',
      forBullMq(
        (job) => job.name,
        async (job, token, signal) => {
          expectTypeOf(job).toEqualTypeOf<Job>();
          expectTypeOf(token).toEqualTypeOf<string | undefined>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>();
          return 1;
        },
        { failures: 'every-attempt' },
      ),
      { connection },
    );
    void new Worker<{ to: string }, string, 'welcome' | 'bye'>(
      'q',
      forBullMq(async (job) => {
        expectTypeOf(job).toEqualTypeOf<Job<{ to: string }, string, 'welcome' | 'bye'>>();
        return job.data.to;
      }),
      { connection },
    );
    const typed = async (job: Job<{ to: string }, string, 'welcome'>): Promise<string> => job.name;
    expectTypeOf(forBullMq('k', typed)).toEqualTypeOf(typed);
    expectTypeOf(forBullMq(typed)).toEqualTypeOf(typed);
    const apart = forBullMq('k', async (job) => job.data);
    expectTypeOf(apart).parameter(0).toEqualTypeOf<Job>();
  });

  it('Agenda: has the job of the definition', () => {
    agenda.define(
      'k',
      // its first overload wants void, of handlers that are not wrapped as well
      // oxlint-disable-next-line typescript/no-misused-promises
      forAgenda(async (job) => {
        expectTypeOf(job).toExtend<AgendaJob>();
        expectTypeOf(job.attrs.data).toBeAny();
      }),
    );
    agenda.define(
      'k',
      forAgenda(
        (job) => job.attrs.name,
        (job, done) => {
          expectTypeOf(job.attrs.data).toBeAny();
          done(new Error('the text'));
        },
      ),
    );
    agenda.define<{ to: string }>(
      'k',
      // oxlint-disable-next-line typescript/no-misused-promises -- as above
      forAgenda('k', async (job) => {
        expectTypeOf(job).toEqualTypeOf<AgendaJob<{ to: string }>>();
      }),
    );
    const typed = async (_job: AgendaJob<{ to: string }>): Promise<void> => {};
    expectTypeOf(forAgenda(typed)).toEqualTypeOf(typed);
  });

  it('cron: has the job as this', () => {
    void new CronJob(
      '* * * * *',
      forCron('k', function () {
        expectTypeOf(this).toEqualTypeOf<CronJob>();
      }),
    );
    CronJob.from({
      cronTime: '* * * * *',
      onTick: forCron(async function () {
        expectTypeOf(this).toEqualTypeOf<CronJob>();
      }),
    });
    const typed = async (): Promise<number> => 1;
    expectTypeOf(forCron(typed)).toEqualTypeOf(typed);
  });

  it('croner, node-cron, node-schedule, toad-scheduler: have what they hand in', () => {
    void new Cron(
      '* * * * *',
      forCroner((self) => {
        expectTypeOf(self).toEqualTypeOf<Cron>();
      }),
    );
    void schedule(
      '* * * * *',
      forNodeCron((context) => expectTypeOf(context).toEqualTypeOf<TaskContext>()),
    );
    scheduleJob(
      '* * * * *',
      forNodeSchedule((at) => {
        expectTypeOf(at).toEqualTypeOf<Date>();
      }),
    );
    void new AsyncTask(
      'k',
      forToad(async (id) => expectTypeOf(id).toEqualTypeOf<string | undefined>()),
    );
  });

  it('p-queue, pg-boss, graphile-worker: have what they hand in', () => {
    void queue.add(
      forPQueue('k', async (options) => {
        expectTypeOf(options).toHaveProperty('signal');
      }),
    );
    void boss.work(
      'q',
      forPgBoss(async ([job]) => {
        expectTypeOf(job).toEqualTypeOf<BossJob<unknown> | undefined>();
      }),
    );
    const tasks: TaskList = {
      mail: forGraphile(async (payload, helpers) => {
        expectTypeOf(payload).toBeUnknown();
        expectTypeOf(helpers).toEqualTypeOf<JobHelpers>();
      }),
    };
    expectTypeOf(tasks).toHaveProperty('mail');
  });

  it('is anything where nothing is known', () => {
    withHeartbeat('k', async (data) => expectTypeOf(data).toBeAny());
    forLambda(async (event, context) => expectTypeOf([event, context]).items.toBeAny());
  });
});
