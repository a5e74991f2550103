import { lubdub } from '@lubdub/core/providers/lubdub';
import { createRecordingTransport } from '@lubdub/core/testing';
import { Injectable, Logger, Module } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { Heartbeat, HeartbeatModule, type MonitorScheduledOptions } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

const yearly = '0 0 0 1 1 *';

describe('the schedule in the code', () => {
  @Injectable()
  class Jobs {
    @Heartbeat('zoned')
    @Cron('0 3 * * *', { timeZone: 'Europe/Vienna' })
    zoned(): void {}
    @Cron('*/5 * * * * *')
    @Heartbeat('local')
    local(): void {}
    @Heartbeat()
    @Interval(90_000)
    every(): void {}
    @Heartbeat('utc')
    @Cron(yearly, { utcOffset: 0 })
    utc(): void {}
    @Heartbeat('offset')
    @Cron(yearly, { utcOffset: 120 })
    offset(): void {}
    @Heartbeat('disabled')
    @Cron(yearly, { disabled: true })
    disabled(): void {}
    @Heartbeat('date')
    @Cron(new Date(Date.now() + 3_600_000))
    date(): void {}
    @Heartbeat('once')
    @Timeout(3_600_000)
    once(): void {}
    @Heartbeat(() => 'dynamic')
    @Interval(90_000)
    dynamic(): void {}
  }

  it('is declared to the client where it can be told, and nowhere else', async () => {
    const module = HeartbeatTestingModule.forRoot();
    const declare = vi.spyOn(module.recording.client, 'declare');
    const app = await Test.createTestingModule({
      imports: [module, ScheduleModule.forRoot()],
      providers: [Jobs],
    }).compile();
    await app.init();
    expect(declare.mock.calls).toEqual([
      ['zoned', { schedule: '0 3 * * *', timezone: 'Europe/Vienna' }],
      [
        'local',
        { schedule: '*/5 * * * * *', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
      ],
      ['jobs-every', { intervalMs: 90_000 }],
      ['utc', { schedule: yearly, timezone: 'UTC' }],
    ]);
    await app.close();
  });

  it('is compared with what the provider declares: verify() tells a drift', async () => {
    const provider = lubdub({
      baseUrl: 'http://127.0.0.1:9',
      monitors: { zoned: { schedule: '0 4 * * *', timezone: 'Europe/Vienna' } },
    });
    const app = await Test.createTestingModule({
      imports: [HeartbeatModule.forRoot({ provider, transport: createRecordingTransport() })],
      providers: [Jobs],
    }).compile();
    await app.init();
    const { HeartbeatService } = await import('../src/index.ts');
    const findings = await app
      .get<InstanceType<typeof HeartbeatService>>(HeartbeatService)
      .verify();
    expect(findings).toContainEqual(
      expect.objectContaining({
        key: 'zoned',
        message: expect.stringContaining('the code runs it as "0 3 * * *"') as string,
      }),
    );
    await app.close();
  });
});

describe('a provider with upsert', () => {
  @Injectable()
  class Jobs {
    @Heartbeat('nightly')
    @Cron('0 3 * * *', { timeZone: 'Europe/Vienna' })
    run(): void {}
  }

  it.each([true, false])('is sent the schedule when upsert is %s only if so', async (upsert) => {
    const transport = createRecordingTransport();
    const provider = lubdub({ baseUrl: 'http://127.0.0.1:9', upsert });
    const app = await Test.createTestingModule({
      imports: [HeartbeatModule.forRoot({ provider, transport }), ScheduleModule.forRoot()],
      providers: [Jobs],
    }).compile();
    await app.init();
    await app.close();
    const sent = transport.requests.map(({ method, url, body }) => [method, url, body]);
    expect(sent).toEqual(
      upsert
        ? [
            [
              'PUT',
              'http://127.0.0.1:9/api/v1/monitors/nightly',
              '{"schedule":"0 3 * * *","timezone":"Europe/Vienna"}',
            ],
          ]
        : [],
    );
  });
});

describe('monitorScheduled', () => {
  const build = async (
    options: boolean | MonitorScheduledOptions | undefined,
    order: 'before' | 'after' = 'before',
  ) => {
    @Injectable()
    class Jobs {
      readonly calls: string[] = [];
      @Cron(yearly, { name: 'cron' })
      clean(): void {
        this.calls.push('clean');
      }
      @Interval('interval', 3_600_000)
      sync(): void {
        this.calls.push('sync');
      }
      @Cron(yearly, { name: 'own' })
      @Heartbeat('own-key')
      own(): void {}
      plain(): void {}
    }
    @Module({ providers: [Jobs], exports: [Jobs] })
    class JobsModule {}
    const module = HeartbeatTestingModule.forRoot({ monitorScheduled: options });
    const imports = [JobsModule, ScheduleModule.forRoot()];
    const app = await Test.createTestingModule({
      imports: order === 'before' ? [module, ...imports] : [...imports, module],
    }).compile();
    await app.init();
    const { recording } = module;
    const fire = async (): Promise<readonly string[]> => {
      const registry = app.get(SchedulerRegistry);
      await registry.getCronJob('cron').fireOnTick();
      await registry.getCronJob('own').fireOnTick();
      app.get(Jobs).sync();
      app.get(Jobs).plain();
      expect(app.get(Jobs).calls).toEqual(['clean', 'sync']);
      await app.close();
      return (await recording.states()).filter((state) => state.endsWith('success'));
    };
    return { fire };
  };

  it.each(['before', 'after'] as const)(
    'monitors every scheduled method without a decorator, imported %s the scheduler',
    async (order) => {
      const { fire } = await build(true, order);
      expect(await fire()).toEqual(['jobs-clean:success', 'own-key:success', 'jobs-sync:success']);
    },
  );

  it('leaves out what is excluded, and takes only what is included', async () => {
    expect(await (await build({ exclude: ['Jobs.sync'] })).fire()).toEqual([
      'jobs-clean:success',
      'own-key:success',
    ]);
    expect(await (await build({ include: ['jobs-sync'] })).fire()).toEqual([
      'own-key:success',
      'jobs-sync:success',
    ]);
  });

  it('warns of names that mean nothing', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { fire } = await build({ exclude: ['Jobs.sync', 'Jobs.synk'] });
    await fire();
    expect(warn.mock.calls).toEqual([[expect.stringContaining(': Jobs.synk.')]]);
    warn.mockRestore();
  });

  it('is off unless it is asked for', async () => {
    expect(await (await build(undefined)).fire()).toEqual(['own-key:success']);
    expect(await (await build(false)).fire()).toEqual(['own-key:success']);
  });

  it('does not reach another application that shares the class', async () => {
    @Injectable()
    class Shared {
      @Cron(yearly)
      clean(): void {}
    }
    const asking = HeartbeatTestingModule.forRoot({ monitorScheduled: true });
    const other = HeartbeatTestingModule.forRoot();
    const apps = [];
    for (const module of [asking, other]) {
      const app = await Test.createTestingModule({
        imports: [module],
        providers: [Shared],
      }).compile();
      apps.push(await app.init());
    }
    for (const app of apps) app.get(Shared).clean();
    await asking.recording.assertSucceeded('shared-clean');
    await other.recording.assertSilent();
    for (const app of apps) await app.close();
  });
});
