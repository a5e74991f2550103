import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { createRecordingTransport } from '@lubdub/core/testing';
import { Controller, Get, Injectable, Logger, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

@Injectable()
class Jobs {
  @Heartbeat('job')
  run(): string {
    return 'done';
  }
}

const provider = lubdub({ baseUrl: 'http://127.0.0.1:9' });

afterEach(() => vi.restoreAllMocks());

describe('the client of an object', () => {
  it('is that of its own application, when two share a class', async () => {
    const builds = [HeartbeatTestingModule.forRoot(), HeartbeatTestingModule.forRoot()];
    const apps = await Promise.all(
      builds.map((module) =>
        Test.createTestingModule({
          imports: [module],
          providers: [
            Jobs,
            { provide: 'value', useValue: new Jobs() },
            { provide: 'factory', useFactory: () => new Jobs() },
          ],
        }).compile(),
      ),
    );
    for (const app of apps) await app.init();
    for (const token of [Jobs, 'value', 'factory']) apps[0]?.get<Jobs>(token).run();
    await builds[0]?.recording.assertSucceeded('job', 3);
    await builds[1]?.recording.assertSilent();
    for (const app of apps) await app.close();
  });

  it('is the only one in the process for an object that Nest does not know', async () => {
    const module = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({ imports: [module] }).compile();
    await app.init();
    new Jobs().run();
    await module.recording.assertSucceeded('job');
    await app.close();
  });

  it('is that of initHeartbeat where there is no module', async () => {
    const transport = createRecordingTransport();
    const client = initHeartbeat({ provider, transport });
    new Jobs().run();
    await client.close(1_000);
    expect(transport.requests).toHaveLength(1);
  });

  it('is none without either: the method works, and one warning says what to import', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const app = await Test.createTestingModule({ providers: [Jobs] }).compile();
    await app.init();
    expect([app.get(Jobs).run(), new Jobs().run()]).toEqual(['done', 'done']);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining('HeartbeatModule.forRoot({ provider })'),
    );
    await app.close();
  });

  it('is none where two applications could be meant, and the warning says so', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const apps = [];
    for (const module of [HeartbeatTestingModule.forRoot(), HeartbeatTestingModule.forRoot()])
      apps.push(await (await Test.createTestingModule({ imports: [module] }).compile()).init());
    expect(new Jobs().run()).toBe('done');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('several applications'));
    for (const app of apps) await app.close();
  });

  it('does not show in the object, and a frozen object works', async () => {
    @Injectable()
    class Frozen {
      readonly size = 1;
      constructor() {
        Object.freeze(this);
      }
      @Heartbeat('frozen')
      run(): number {
        return this.size;
      }
    }
    const module = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [module],
      providers: [Frozen, Jobs],
    }).compile();
    await app.init();
    expect(app.get(Frozen).run()).toBe(1);
    await module.recording.assertSucceeded('frozen');
    expect(app.get(Jobs)).toEqual(new Jobs());
    expect(Object.getOwnPropertySymbols({ ...app.get(Jobs) })).toEqual([]);
    await app.close();
  });

  it('is there in request-scoped and transient providers, and through inheritance', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends Jobs {
      constructor(readonly ref: ModuleRef) {
        super();
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Jobs {}
    const module = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [module],
      providers: [Scoped, Transient],
    }).compile();
    await app.init();
    (await app.resolve(Scoped)).run();
    (await app.resolve(Scoped)).run();
    (await app.resolve(Transient)).run();
    await module.recording.assertSucceeded('job', 3);
    await app.close();
  });

  it('is there in a request-scoped controller', async () => {
    @Controller({ path: 'jobs', scope: Scope.REQUEST })
    class JobsController {
      @Get()
      @Heartbeat('request')
      list(): readonly string[] {
        return ['a'];
      }
    }
    const module = HeartbeatTestingModule.forRoot();
    const app = (
      await Test.createTestingModule({ imports: [module], controllers: [JobsController] }).compile()
    ).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/jobs`);
    expect(await response.json()).toEqual(['a']);
    await module.recording.assertSucceeded('request');
    await app.close();
  });
});
