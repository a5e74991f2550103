import { Controller, Get, HttpCode, Injectable } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { SentryCron, SentryTraced } from '@sentry/nestjs';
import { Heartbeat } from '@lubdub/nestjs';
import { HeartbeatTestingModule } from '@lubdub/nestjs/testing';

const yearly = '0 0 0 1 1 *';

@Injectable()
class Jobs {
  readonly seen: unknown[] = [];
  @Cron(yearly, { name: 'a' })
  @Heartbeat('above-sentry')
  @SentryCron('above-sentry', { schedule: { type: 'crontab', value: '0 0 1 1 *' } })
  async aboveSentry(): Promise<void> {
    this.seen.push('a');
  }
  @SentryCron('below-sentry', { schedule: { type: 'crontab', value: '0 0 1 1 *' } })
  @Heartbeat('below-sentry')
  @Cron(yearly, { name: 'b' })
  async belowSentry(): Promise<void> {
    this.seen.push('b');
  }
  @Heartbeat('above-traced')
  @SentryTraced()
  @Cron(yearly, { name: 'c' })
  async aboveTraced(): Promise<void> {
    this.seen.push('c');
  }
  @SentryTraced()
  @Heartbeat('below-traced')
  @Cron(yearly, { name: 'd' })
  async belowTraced(): Promise<void> {
    this.seen.push('d');
  }
}

describe("next to Sentry's decorators", () => {
  it('every job runs in both orders and is pinged once', async () => {
    const heartbeat = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), heartbeat],
      providers: [Jobs],
    }).compile();
    await app.init();
    const jobs = app.get(SchedulerRegistry).getCronJobs();
    expect([...jobs.keys()]).toEqual(['a', 'b', 'c', 'd']);
    for (const job of jobs.values()) await job.fireOnTick();
    const { seen } = app.get(Jobs);
    await app.close();
    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd']);
    for (const key of ['above-sentry', 'below-sentry', 'above-traced', 'below-traced'])
      await heartbeat.recording.assertSucceeded(key);
  });
});

describe('an application as its author writes it', () => {
  @Controller('reports')
  class Reports {
    @Get()
    @HttpCode(201)
    @Heartbeat()
    list(): { ok: boolean } {
      return { ok: true };
    }
    @Interval('never', 3_600_000)
    sync(): void {}
  }

  it('compiles, answers and is pinged, on CommonJS', async () => {
    const heartbeat = HeartbeatTestingModule.forRoot({ monitorScheduled: true });
    const app = (
      await Test.createTestingModule({
        imports: [ScheduleModule.forRoot(), heartbeat],
        controllers: [Reports],
      }).compile()
    ).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/reports`);
    expect([response.status, await response.json()]).toEqual([201, { ok: true }]);
    await heartbeat.recording.assertSucceeded('reports-list');
    app.get(Reports).sync();
    await heartbeat.recording.assertSucceeded('reports-sync');
    await app.close();
  });
});
