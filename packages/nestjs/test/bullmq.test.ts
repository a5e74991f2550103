import { randomUUID } from 'node:crypto';
import { BullModule, getQueueToken, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { applyDecorators, Inject, Injectable, Scope, type Type } from '@nestjs/common';
import { redisAnswers, redisUrl, removeKeys } from '@lubdub/test-kit/redis';
import { Test, type TestingModule } from '@nestjs/testing';
import { DelayedError, type Job, type Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { Heartbeat, type HeartbeatDecoratorOptions } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

interface Bull {
  readonly app: TestingModule;
  readonly recording: ReturnType<typeof HeartbeatTestingModule.forRoot>['recording'];
  /** Adds a job and waits until BullMQ has given it up or completed it. */
  readonly work: (data: unknown, options?: object) => Promise<Job>;
  readonly end: () => Promise<void>;
}

const start = async (
  queueName: string,
  processor: Type<WorkerHost>,
  order: 'before' | 'after' = 'before',
): Promise<Bull> => {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const heartbeat = HeartbeatTestingModule.forRoot();
  const bull = [BullModule.forRoot({ connection }), BullModule.registerQueue({ name: queueName })];
  const app = await Test.createTestingModule({
    imports: order === 'before' ? [heartbeat, ...bull] : [...bull, heartbeat],
    providers: [processor],
  }).compile();
  await app.init();
  const queue = app.get<Queue>(getQueueToken(queueName));
  const { worker } = app.get<WorkerHost>(processor);
  const work = async (data: unknown, options: object = {}): Promise<Job> => {
    const finished = new Promise<Job>((resolve) => {
      worker.on('completed', resolve);
      worker.on('failed', (job) => {
        if (job?.finishedOn !== undefined) resolve(job);
      });
    });
    await queue.add('work', data, options);
    return finished;
  };
  const end = async (): Promise<void> => {
    await app.close();
    connection.disconnect();
    await removeKeys(`bull:${queueName}:`);
  };
  return { app, recording: heartbeat.recording, work, end };
};

const uniqueName = (): string => `lubdub-nest-${randomUUID()}`;

describe.skipIf(!redisAnswers)('a processor of BullMQ', () => {
  const declare = (above: MethodDecorator, below: MethodDecorator) => {
    const name = uniqueName();
    @Processor(name)
    class Mail extends WorkerHost {
      readonly seen: unknown[] = [];
      @above
      @below
      override async process(job: Job, token?: string, signal?: AbortSignal): Promise<unknown> {
        this.seen.push(typeof token, signal instanceof AbortSignal);
        return job.data;
      }
      @OnWorkerEvent('completed')
      completed(): void {
        this.seen.push('completed');
      }
    }
    return { name, Mail };
  };
  const nothing: MethodDecorator = () => {};
  const heartbeat = (): MethodDecorator => Heartbeat('mail');

  it.each([
    ['without', nothing, nothing],
    ['above', heartbeat(), nothing],
    ['below', nothing, heartbeat()],
    ['in applyDecorators', applyDecorators(heartbeat()), nothing],
  ] as const)(
    'keeps its AbortSignal, token and result with @Heartbeat %s',
    async (where, above, below) => {
      const { name, Mail } = declare(above, below);
      const { app, recording, work, end } = await start(name, Mail);
      const job = await work({ to: 'a@example.org' });
      expect(job.returnvalue).toEqual({ to: 'a@example.org' });
      // the signal exists since BullMQ 5.70
      expect(app.get<InstanceType<typeof Mail>>(Mail).seen.slice(0, 2)).toEqual(['string', true]);
      const expected = where === 'without' ? [] : ['mail:start', 'mail:success'];
      expect(await recording.states()).toEqual(expected);
      await end();
    },
  );

  const failing = (options?: HeartbeatDecoratorOptions) => {
    const name = uniqueName();
    @Processor(name)
    class Mail extends WorkerHost {
      @Heartbeat('mail', options)
      override async process(job: Job): Promise<void> {
        throw new Error(`attempt ${job.attemptsMade + 1} failed`);
      }
    }
    return { name, Mail };
  };

  it('is told as one fail, when BullMQ gives the job up', async () => {
    const { name, Mail } = failing();
    const { recording, work, end } = await start(name, Mail);
    await work({}, { attempts: 3 });
    const [fail] = await recording.assertFailed('mail');
    expect(fail?.message).toContain('attempt 3 failed');
    const pings = await recording.pings();
    expect(new Set(pings.map(({ runId }) => runId)).size).toBe(1);
    expect(pings.filter(({ state }) => state === 'start')).toHaveLength(1);
    await end();
  });

  it('is told attempt by attempt where that was asked for', async () => {
    const { name, Mail } = failing({ failures: 'every-attempt' });
    const { recording, work, end } = await start(name, Mail);
    await work({}, { attempts: 2 });
    await recording.assertFailed('mail', 2);
    await end();
  });

  it('that puts a job off has not failed', async () => {
    const name = uniqueName();
    @Processor(name)
    class Mail extends WorkerHost {
      @Heartbeat('mail')
      override async process(job: Job, token?: string): Promise<string> {
        if (job.attemptsStarted > 1) return 'done';
        await job.moveToDelayed(Date.now() + 1, token);
        throw new DelayedError();
      }
    }
    const { recording, work, end } = await start(name, Mail);
    await work({});
    await recording.assertSucceeded('mail');
    await recording.assertFailed('mail', 0);
    await end();
  });

  it('may be request-scoped', async () => {
    const name = uniqueName();
    @Injectable({ scope: Scope.REQUEST })
    class PerJob {
      readonly id = 1;
    }
    @Processor({ name, scope: Scope.REQUEST })
    class Mail extends WorkerHost {
      constructor(@Inject(PerJob) readonly perJob: PerJob) {
        super();
      }
      @Heartbeat('mail')
      override async process(): Promise<number> {
        return this.perJob.id;
      }
    }
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const heartbeatModule = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [
        heartbeatModule,
        BullModule.forRoot({ connection }),
        BullModule.registerQueue({ name }),
      ],
      providers: [Mail, PerJob],
    }).compile();
    await app.init();
    const queue = app.get<Queue>(getQueueToken(name));
    const succeeded = new Promise((resolve) => {
      heartbeatModule.recording.client.on('ping-sent', ({ ping }) => {
        if (ping.state === 'success') resolve(ping);
      });
    });
    await queue.add('work', {});
    await succeeded;
    await heartbeatModule.recording.assertSucceeded('mail');
    await app.close();
    connection.disconnect();
    await removeKeys(`bull:${name}:`);
  });

  it.each(['before', 'after'] as const)(
    'that is working when the application closes is waited for, imported %s',
    async (order) => {
      const name = uniqueName();
      let begun = (): void => {};
      const beginning = new Promise<void>((resolve) => {
        begun = resolve;
      });
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      @Processor(name)
      class Slow extends WorkerHost {
        @Heartbeat('slow')
        override async process(): Promise<void> {
          begun();
          await released;
        }
      }
      const { app, recording, work, end } = await start(name, Slow, order);
      const { worker } = app.get<WorkerHost>(Slow);
      const done = work({});
      await beginning;
      worker.once('closing', () => release());
      await end();
      await done;
      expect(recording.client.stats()).toMatchObject({ runs: { open: 0 }, pending: 0 });
      await recording.assertSucceeded('slow');
    },
  );
});

describe('a processor class that is used without a queue', () => {
  it('is a class like any other', async () => {
    @Processor('unused')
    class Mail extends WorkerHost {
      @Heartbeat('mail')
      override async process(job: Partial<Job>): Promise<unknown> {
        return job.data as unknown;
      }
    }
    const heartbeat = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({ imports: [heartbeat] }).compile();
    await app.init();
    expect(await new Mail().process({ data: 1 })).toBe(1);
    await heartbeat.recording.assertSucceeded('mail');
    await app.close();
  });
});
