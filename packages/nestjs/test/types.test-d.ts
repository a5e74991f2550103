import type { HeartbeatClient, Provider } from '@lubdub/core';
import { applyDecorators, type DynamicModule } from '@nestjs/common';
import { describe, expectTypeOf, it } from 'vitest';
import { Heartbeat, HeartbeatModule, HeartbeatService, InjectHeartbeat } from '../src/index.ts';

declare const provider: Provider;
declare const client: HeartbeatClient;

describe('the types', () => {
  it('let the decorator stand wherever a method decorator may', () => {
    expectTypeOf(Heartbeat('key')).toExtend<MethodDecorator>();
    applyDecorators(Heartbeat('key'), Heartbeat());
    class Jobs {
      @Heartbeat('key', { maxDurationMs: 1_000, client: 'ops', failures: 'every-attempt' })
      method(): void {}
      @Heartbeat((name: string) => `backup-${name}`)
      named(_name: string): void {}
      @Heartbeat((job) => {
        expectTypeOf(job).toBeAny();
        return `backup-${job.data.database}`;
      })
      keyed(_job: { data: { database: string } }): void {}
    }
    expectTypeOf<Jobs['method']>().toEqualTypeOf<() => void>();
  });

  it('refuse options that do not exist', () => {
    expectTypeOf(Heartbeat)
      .parameter(0)
      .toExtend<string | ((...args: string[]) => string) | undefined>();
    // @ts-expect-error no such option
    Heartbeat('key', { retries: 3 });
    // @ts-expect-error a key is text
    Heartbeat(7);
  });

  it('take a provider or a client, not both', () => {
    HeartbeatModule.forRoot({ provider, environment: 'test', liveness: 'api' });
    HeartbeatModule.forRoot({ client, name: 'ops', isGlobal: false });
    // @ts-expect-error the client was made with its provider
    HeartbeatModule.forRoot({ client, provider });
    // @ts-expect-error nothing to send to
    HeartbeatModule.forRoot({ liveness: 'api' });
    const module = HeartbeatModule.forRootAsync({
      inject: ['settings'],
      useFactory: async (key: string) => ({ provider, liveness: key }),
    });
    expectTypeOf(module).toExtend<DynamicModule>();
    HeartbeatModule.forRootAsync({
      inject: ['settings'],
      useFactory: (settings) => {
        expectTypeOf(settings).toBeAny();
        return { provider };
      },
    });
  });

  it('have the client behind the class token', () => {
    expectTypeOf<HeartbeatService>().toExtend<HeartbeatClient>();
    expectTypeOf(InjectHeartbeat('ops')).toExtend<ParameterDecorator>();
  });
});
