import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { ClsModule, ClsService, UseCls } from 'nestjs-cls';
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

const yearly = '0 0 0 1 1 *';
const spans: string[] = [];

/** What the decorators of tracing libraries do: replace the method and copy its metadata. */
const Span = (): MethodDecorator => (_target, _name, descriptor: PropertyDescriptor) => {
  const original = descriptor.value as (...args: unknown[]) => unknown;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    spans.push(original.name);
    return original.apply(this, args);
  };
  for (const key of Reflect.getMetadataKeys(original))
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapped);
  Object.defineProperty(wrapped, 'name', { value: original.name });
  descriptor.value = wrapped;
};

@Injectable()
class Jobs {
  readonly seen: unknown[] = [];
  constructor(readonly cls: ClsService) {}

  @Heartbeat('above-cls')
  @UseCls({ setup: (cls) => cls.set('job', 'a') })
  @Cron(yearly, { name: 'a' })
  async aboveCls(): Promise<void> {
    this.seen.push(this.cls.get('job'));
  }
  @Cron(yearly, { name: 'b' })
  @UseCls({ setup: (cls) => cls.set('job', 'b') })
  @Heartbeat('below-cls')
  async belowCls(): Promise<void> {
    await Promise.resolve();
    this.seen.push(this.cls.get('job'));
  }
  @Heartbeat('above-span')
  @Span()
  @Cron(yearly, { name: 'c' })
  async aboveSpan(): Promise<void> {
    this.seen.push('c');
  }
  @Span()
  @Cron(yearly, { name: 'd' })
  @Heartbeat('below-span')
  async belowSpan(): Promise<void> {
    this.seen.push('d');
  }
  @Heartbeat('around-span')
  @Span()
  @Cron(yearly, { name: 'e' })
  @Heartbeat('around-span')
  async aroundSpan(): Promise<void> {
    this.seen.push('e');
  }
}

describe('@Heartbeat next to other decorators that replace methods', () => {
  it('leaves every job running in its context, and makes one run of each', async () => {
    const heartbeat = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [ClsModule.forRoot(), ScheduleModule.forRoot(), heartbeat],
      providers: [Jobs],
    }).compile();
    await app.init();
    const jobs = app.get(SchedulerRegistry).getCronJobs();
    expect([...jobs.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const job of jobs.values()) await job.fireOnTick();
    const { seen } = app.get(Jobs);
    await app.close();
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
    expect(spans).toEqual(['aboveSpan', 'belowSpan', 'aroundSpan']);
    for (const key of ['above-cls', 'below-cls', 'above-span', 'below-span', 'around-span'])
      await heartbeat.recording.assertSucceeded(key);
  });
});
