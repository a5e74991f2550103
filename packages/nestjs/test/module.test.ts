import { createHeartbeat, type HeartbeatClient } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { createRecordingHeartbeat, createRecordingTransport } from '@lubdub/core/testing';
import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  getHeartbeatToken,
  Heartbeat,
  HeartbeatModule,
  HeartbeatService,
  InjectHeartbeat,
} from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

@Injectable()
class Jobs {
  @Heartbeat('job')
  run(): string {
    return 'done';
  }
}

@Injectable()
class Scheduled {
  @Cron('0 0 0 1 1 *')
  @Heartbeat('nightly')
  nightly(): string {
    return 'done';
  }

  @Cron('0 0 0 1 1 *')
  plain(): string {
    return 'done';
  }
}

@Injectable()
class Consumer {
  constructor(
    @InjectHeartbeat() readonly heartbeat: HeartbeatClient,
    @Inject(HeartbeatService) readonly service: HeartbeatService,
  ) {}
}

const provider = lubdub({ baseUrl: 'http://127.0.0.1:9' });
const quiet = { provider, transport: createRecordingTransport() };

afterEach(() => vi.restoreAllMocks());

describe('HeartbeatModule', () => {
  it('makes a client from options, for the decorator, @InjectHeartbeat() and the class token', async () => {
    const app = await Test.createTestingModule({
      imports: [HeartbeatModule.forRoot(quiet)],
      providers: [Jobs, Consumer],
    }).compile();
    expect(app.get(Jobs).run()).toBe('done');
    const { heartbeat, service } = app.get(Consumer);
    expect(heartbeat).toBe(service);
    expect(heartbeat.stats().runs.succeeded).toBe(1);
    await app.close();
  });

  it('takes a client that exists, and reaches modules that do not import it', async () => {
    const { client, assertSucceeded } = createRecordingHeartbeat();
    @Module({ providers: [Jobs], exports: [Jobs] })
    class JobsModule {}
    const app = await Test.createTestingModule({
      imports: [JobsModule, HeartbeatModule.forRoot({ client })],
    }).compile();
    app.get(Jobs).run();
    await assertSucceeded('job');
  });

  it('is there only for its importers when it is not global', async () => {
    const imports = [HeartbeatModule.forRoot({ ...quiet, isGlobal: false })];
    @Module({ providers: [Consumer] })
    class Elsewhere {}
    await expect(
      Test.createTestingModule({ imports: [...imports, Elsewhere] }).compile(),
    ).rejects.toThrow(/resolve dependencies of the Consumer/u);
    const app = await Test.createTestingModule({ imports, providers: [Consumer] }).compile();
    expect(app.get(Consumer).heartbeat).toBeDefined();
  });

  it('lets a test put another client, or something that is none, in its place', async () => {
    const { client, assertSucceeded } = createRecordingHeartbeat();
    const build = (stand: unknown) =>
      Test.createTestingModule({ imports: [HeartbeatModule.forRoot(quiet)], providers: [Jobs] })
        .overrideProvider(getHeartbeatToken())
        .useValue(stand)
        .compile();
    expect((await build(client)).get(Jobs).run()).toBe('done');
    await assertSucceeded('job');
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    expect((await build({ wrap: () => undefined })).get(Jobs).run()).toBe('done');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('Jobs.run is not monitored'));
  });

  it.each([
    ['wrap alone', { wrap: (_key: string, job: unknown) => job }],
    ['nothing', {}],
  ])('starts and ends with a stand-in that has %s', async (_what, stand) => {
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const app = await Test.createTestingModule({
      imports: [
        HeartbeatModule.forRoot({ ...quiet, liveness: 'api', monitorScheduled: true }),
        ScheduleModule.forRoot(),
      ],
      providers: [Scheduled],
    })
      .overrideProvider(getHeartbeatToken())
      .useValue(stand)
      .compile();
    await app.init();
    expect([app.get(Scheduled).nightly(), app.get(Scheduled).plain()]).toEqual(['done', 'done']);
    await app.close();
  });

  it('makes no client where a test gives another: nothing is upserted', async () => {
    const transport = createRecordingTransport();
    const upserting = lubdub({
      baseUrl: 'http://127.0.0.1:9',
      upsert: true,
      monitors: { job: { intervalMs: 1_000 } },
    });
    const { client } = createRecordingHeartbeat();
    const app = await Test.createTestingModule({
      imports: [HeartbeatModule.forRoot({ provider: upserting, transport })],
    })
      .overrideProvider(getHeartbeatToken())
      .useValue(client)
      .compile();
    await app.init();
    await app.close();
    expect(transport.requests).toEqual([]);
  });

  it.each([
    ['no provider', {}, /"provider" got undefined/u],
    ['nothing', undefined, /"provider" got undefined/u],
    ['an unknown option', { ...quiet, retires: 3 }, /Unknown option "retires"/u],
    ['a client that is none', { client: {} }, /"client" got/u],
    [
      'a client with a provider',
      { client: createHeartbeat(quiet), provider },
      /"provider" was given/u,
    ],
    ['a wrong time', { ...quiet, drainTimeoutMs: -1 }, /"drainTimeoutMs" got -1/u],
    ['a wrong name', { ...quiet, name: '' }, /"name" got an empty string/u],
    ['a liveness without a key', { ...quiet, liveness: {} }, /"liveness" got/u],
    [
      'a wrong option of runs',
      { ...quiet, monitorScheduled: { run: { retries: 1 } } },
      /Unknown option "retries"/u,
    ],
    ['an unknown list', { ...quiet, monitorScheduled: { includes: [] } }, /got includes/u],
    ['a wrong list', { ...quiet, monitorScheduled: { include: 'a' } }, /"monitorScheduled" got/u],
  ])('does not start with %s', async (_what, options, message) => {
    await expect(
      (async () =>
        Test.createTestingModule({
          imports: [HeartbeatModule.forRoot(options as never)],
        }).compile())(),
    ).rejects.toThrow(message);
  });
});

describe('HeartbeatModule.forRootAsync', () => {
  @Injectable()
  class Settings {
    readonly key = 'from-settings';
    createHeartbeatOptions(): { client: HeartbeatClient } {
      return { client: made };
    }
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}
  const made = createHeartbeat(quiet);

  it.each([
    [
      'useFactory',
      { useFactory: (settings: Settings) => settings.createHeartbeatOptions(), inject: [Settings] },
    ],
    [
      'an async useFactory',
      {
        useFactory: async (settings: Settings) => settings.createHeartbeatOptions(),
        inject: [Settings],
      },
    ],
    ['useClass', { useClass: Settings }],
    ['useExisting', { useExisting: Settings }],
  ])('takes options from %s', async (_what, how) => {
    const app = await Test.createTestingModule({
      imports: [HeartbeatModule.forRootAsync({ imports: [SettingsModule], ...how })],
      providers: [Consumer],
    }).compile();
    expect(app.get(Consumer).heartbeat).toBe(made);
  });

  it('says what is missing when nothing makes the options', () => {
    expect(() => HeartbeatModule.forRootAsync({})).toThrow(/"useFactory" got undefined/u);
  });
});

describe('several clients', () => {
  @Injectable()
  class Both {
    constructor(
      @InjectHeartbeat('ops') readonly ops: HeartbeatClient,
      @InjectHeartbeat('billing') readonly billing: HeartbeatClient,
    ) {}
    @Heartbeat('ops-job', { client: 'ops' })
    forOps(): void {}
    @Heartbeat('billing-job', { client: 'billing' })
    forBilling(): void {}
  }

  it('are told apart by name', async () => {
    const ops = HeartbeatTestingModule.forRoot({ name: 'ops' });
    const billing = HeartbeatTestingModule.forRoot({ name: 'billing' });
    const app = await Test.createTestingModule({
      imports: [ops, billing],
      providers: [Both],
    }).compile();
    await app.init();
    const both = app.get(Both);
    both.forOps();
    both.forBilling();
    expect([both.ops, both.billing]).toEqual([ops.recording.client, billing.recording.client]);
    expect(await ops.recording.states()).toEqual(['ops-job:start', 'ops-job:success']);
    expect(await billing.recording.states()).toEqual(['billing-job:start', 'billing-job:success']);
    await app.close();
  });

  it.each([
    [
      'two without a name',
      [HeartbeatModule.forRoot(quiet), HeartbeatModule.forRoot(quiet)],
      /imported twice with no name/u,
    ],
    [
      'two of one name',
      [
        HeartbeatModule.forRoot({ ...quiet, name: 'a' }),
        HeartbeatModule.forRoot({ ...quiet, name: 'a' }),
      ],
      /imported twice with "a"/u,
    ],
    [
      'a decorator that names none of them',
      [
        HeartbeatModule.forRoot({ ...quiet, name: 'a' }),
        HeartbeatModule.forRoot({ ...quiet, name: 'b' }),
      ],
      /Jobs\.run wants the heartbeat client with no name, but there are: "a", "b"/u,
    ],
  ])('do not start with %s', async (_what, imports, message) => {
    const app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
    await expect(app.init()).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_LUBDUB_CLIENT_NAME',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });
});
