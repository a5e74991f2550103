import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import {
  createManualClock,
  createRecordingHeartbeat,
  createRecordingTransport,
  failWith,
} from '@lubdub/core/testing';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat, HeartbeatHealthIndicator, HeartbeatModule, nestLogger } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

afterEach(() => vi.restoreAllMocks());

const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

describe('the end of an application', () => {
  it.each(['before', 'after'] as const)(
    'waits for runs that other modules finish while they shut down, imported %s them',
    async (order) => {
      const { opened, open } = gate();
      @Injectable()
      class Worker implements OnApplicationShutdown {
        @Heartbeat('work')
        async work(): Promise<void> {
          await opened;
        }
        async onApplicationShutdown(): Promise<void> {
          open();
          await this.work();
        }
      }
      @Module({ providers: [Worker], exports: [Worker] })
      class WorkerModule {}
      const module = HeartbeatTestingModule.forRoot();
      const { client } = module.recording;
      const open_: number[] = [];
      const flush = client.flush.bind(client);
      client.flush = (timeoutMs) => {
        open_.push(client.stats().runs.open);
        return flush(timeoutMs);
      };
      const app = await Test.createTestingModule({
        imports: order === 'before' ? [module, WorkerModule] : [WorkerModule, module],
      }).compile();
      await app.init();
      const working = app.get(Worker).work();
      await app.close();
      await working;
      expect(open_).toEqual([0]);
      await module.recording.assertSucceeded('work', 2);
    },
  );

  it('waits no longer than drainTimeoutMs, and leaves the client usable', async () => {
    const { opened, open } = gate();
    @Injectable()
    class Endless {
      @Heartbeat('endless')
      async work(): Promise<void> {
        await opened;
      }
    }
    const module = HeartbeatTestingModule.forRoot({ drainTimeoutMs: 5, flushTimeoutMs: 100 });
    const app = await Test.createTestingModule({
      imports: [module],
      providers: [Endless],
    }).compile();
    await app.init();
    const working = app.get(Endless).work();
    await app.close();
    open();
    await working;
    await module.recording.assertSucceeded('endless');
  });

  it('finds jobs of the scheduler that are still running', async () => {
    const { opened, open } = gate();
    @Injectable()
    class Jobs {
      @Cron('0 0 0 1 1 *', { name: 'job', waitForCompletion: true })
      @Heartbeat('job')
      async run(): Promise<void> {
        await opened;
      }
    }
    const module = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), module],
      providers: [Jobs],
    }).compile();
    await app.init();
    const tick = app.get(SchedulerRegistry).getCronJob('job').fireOnTick();
    const closing = app.close();
    open();
    await Promise.all([tick, closing]);
    await module.recording.assertSucceeded('job');
  });
});

describe('liveness', () => {
  it('beats from bootstrap to shutdown', async () => {
    const clock = createManualClock();
    const recording = createRecordingHeartbeat({ clock });
    const app = await Test.createTestingModule({
      imports: [
        HeartbeatModule.forRoot({
          client: recording.client,
          liveness: { key: 'api', intervalMs: 30_000 },
        }),
      ],
    }).compile();
    await clock.settle();
    expect(recording.client.stats().pings).toBe(0);
    await app.init();
    await clock.advance(60_000);
    expect(recording.client.stats().pings).toBe(3);
    const closing = app.close();
    await clock.advance(20_000);
    await closing;
    await clock.advance(120_000);
    expect(recording.client.stats().pings).toBe(3);
  });

  it('takes a key alone', async () => {
    const module = HeartbeatTestingModule.forRoot({ liveness: 'api' });
    const app = await Test.createTestingModule({ imports: [module] }).compile();
    await app.init();
    await module.recording.assertSucceeded('api');
    await app.close();
  });
});

describe('the health indicator', () => {
  it('tells terminus when pings do not arrive', async () => {
    const transport = createRecordingTransport();
    const client = createHeartbeat({
      provider: lubdub({ baseUrl: 'http://127.0.0.1:9' }),
      transport,
      breaker: { failures: 1 },
      retry: { maxAttempts: 1 },
      logger: { warn() {}, error() {} },
      exitBudgetMs: 0,
    });
    @Controller('health')
    class HealthController {
      constructor(
        readonly health: HealthCheckService,
        readonly heartbeat: HeartbeatHealthIndicator,
      ) {}
      @Get()
      async check(): Promise<unknown> {
        return this.health.check([() => this.heartbeat.check()]);
      }
    }
    const app = (
      await Test.createTestingModule({
        imports: [HeartbeatModule.forRoot({ client }), TerminusModule.forRoot({ logger: false })],
        controllers: [HealthController],
      }).compile()
    ).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const ask = async (): Promise<unknown> => {
      const response = await fetch(`${await app.getUrl()}/health`);
      const body = (await response.json()) as { details: Record<string, unknown> };
      return [response.status, body.details['heartbeat']];
    };
    expect(await ask()).toEqual([
      200,
      { status: 'up', providers: [{ provider: 'lubdub', breaker: 'closed', pending: 0 }] },
    ]);
    transport.answerWith(() => failWith('refused'));
    await client.ping('key');
    expect(await ask()).toEqual([
      503,
      { status: 'down', providers: [{ provider: 'lubdub', breaker: 'open', pending: 0 }] },
    ]);
    await app.close();
  });
});

describe('errors and warnings', () => {
  it('leaves a scheduled job to Nest, which logs it as before', async () => {
    const error = new Error('disk full');
    @Injectable()
    class Jobs {
      @Heartbeat('job')
      @Cron('0 0 0 1 1 *', { name: 'job' })
      async run(): Promise<void> {
        throw error;
      }
    }
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const module = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [module, ScheduleModule.forRoot()],
      providers: [Jobs],
    }).compile();
    await app.init();
    await app.get(SchedulerRegistry).getCronJob('job').fireOnTick();
    expect(logged.mock.calls).toEqual([[error]]);
    await module.recording.assertFailed('job');
    await app.close();
  });

  it('of the client go through the logger of Nest', () => {
    const lines: unknown[] = [];
    for (const level of ['log', 'warn', 'error', 'debug'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation((text: unknown) => {
        lines.push([level, text]);
      });
    const logger = nestLogger();
    logger.info?.('a');
    logger.warn('b');
    logger.error('c');
    logger.debug?.('d');
    expect(lines).toEqual([
      ['log', 'a'],
      ['warn', 'b'],
      ['error', 'c'],
      ['debug', 'd'],
    ]);
  });
});
