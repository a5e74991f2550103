import { describe, expectTypeOf, it } from 'vitest';
import { createHeartbeat, type HeartbeatClient, type MonitorKey, type Run } from '../src/index.ts';

describe('typed monitor keys', () => {
  type Client = HeartbeatClient<'nightly-backup' | 'sync'>;
  const heartbeat: Client = createHeartbeat<{ monitors: 'nightly-backup' | 'sync' }>({
    provider: [],
  });

  it('any text is a key unless keys are named', () => {
    expectTypeOf<MonitorKey>().toEqualTypeOf<string>();
    expectTypeOf(createHeartbeat({ provider: [] })).toEqualTypeOf<HeartbeatClient>();
  });

  it('a typo does not compile', () => {
    expectTypeOf<Client['ping']>().parameter(0).toEqualTypeOf<'nightly-backup' | 'sync'>();
    expectTypeOf<Client['start']>().parameter(0).toEqualTypeOf<'nightly-backup' | 'sync'>();
    expectTypeOf<Client['monitor']>().parameter(0).toEqualTypeOf<'nightly-backup' | 'sync'>();
    expectTypeOf<Client['every']>().parameter(0).toEqualTypeOf<'nightly-backup' | 'sync'>();
    // @ts-expect-error -- no such monitor
    void heartbeat.run('synch', () => 1);
    // @ts-expect-error -- no such monitor
    heartbeat.wrap('synch', () => 1);
    const named = (name: string): string => name;
    // @ts-expect-error -- a key made per call is checked as well
    heartbeat.wrap(named, (_name: string) => 1);
  });

  it('a job keeps its type', () => {
    const job = async (count: number, name?: string): Promise<string[]> => [`${count}${name}`];
    expectTypeOf(heartbeat.wrap('sync', job)).toEqualTypeOf(job);
    expectTypeOf(heartbeat.run('sync', () => 42)).toEqualTypeOf<number>();
    expectTypeOf(heartbeat.run('sync', async (run) => run)).toEqualTypeOf<Promise<Run>>();
  });
});
