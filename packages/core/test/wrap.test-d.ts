import { describe, expectTypeOf, it } from 'vitest';
import { createHeartbeat, type MonitorHandle } from '../src/index.ts';

const heartbeat = createHeartbeat({ provider: [] });

describe('types of wrap', () => {
  it('a parameter without a type gets it from where the job goes', () => {
    [1, 2].map(
      heartbeat.wrap('k', (count) => {
        expectTypeOf(count).toEqualTypeOf<number>();
        return count;
      }),
    );
    process.on(
      'warning',
      heartbeat.monitor('k').wrap((warning) => {
        expectTypeOf(warning).toEqualTypeOf<Error>();
      }),
    );
    const listener: (this: Date, name: string) => void = heartbeat.wrap('k', function (name) {
      expectTypeOf(this).toEqualTypeOf<Date>();
      expectTypeOf(name).toEqualTypeOf<string>();
    });
    expectTypeOf(listener).parameters.toEqualTypeOf<[string]>();
  });

  it('a parameter without a type is anything where nothing is known', () => {
    const alone = heartbeat.wrap('k', async (data) => {
      expectTypeOf(data).toBeAny();
      return 1;
    });
    expectTypeOf(alone).returns.toEqualTypeOf<Promise<number>>();
    heartbeat.monitor('k').wrap((data) => expectTypeOf(data).toBeAny());
    heartbeat.wrap(
      (data) => `backup-${data.name}`,
      (data) => expectTypeOf(data).toBeAny(),
    );
  });

  it('a job keeps its exact type: optional parameters, this, properties', () => {
    const job = async (database: string, retries?: number): Promise<(string | number)[]> => [
      database,
      retries ?? 0,
    ];
    expectTypeOf(heartbeat.wrap('k', job)).toEqualTypeOf(job);
    expectTypeOf(heartbeat.monitor('k').wrap(job)).toEqualTypeOf(job);
    const method = function (this: Date, name: string): string {
      return `${this.getTime()}${name}`;
    };
    expectTypeOf(heartbeat.wrap('k', method)).toEqualTypeOf(method);
    const tagged = Object.assign(job, { tag: 'nightly' });
    expectTypeOf(heartbeat.wrap('k', tagged)).toEqualTypeOf(tagged);
  });

  it('a job keeps its generics and overloads', () => {
    const generic = async <Row>(row: Row, times?: number): Promise<Row[]> =>
      [row, row, times && row].filter(Boolean) as Row[];
    const same: typeof generic = heartbeat.wrap('k', generic);
    expectTypeOf(same(1)).toEqualTypeOf<Promise<number[]>>();
    expectTypeOf(heartbeat.wrap('k', generic)('text', 2)).toEqualTypeOf<Promise<string[]>>();
    const wrapped = heartbeat.wrap('k', <Row>(row: Row) => [row]);
    expectTypeOf(wrapped('text')).toEqualTypeOf<string[]>();
    function overloaded(value: string): string;
    function overloaded(value: number): number;
    function overloaded(value: string | number): string | number {
      return value;
    }
    expectTypeOf(heartbeat.wrap('k', overloaded)).toEqualTypeOf(overloaded);
  });

  it('the key function gets the arguments of the job', () => {
    const job = (database: string, retries?: number): number => database.length + (retries ?? 0);
    heartbeat.wrap((database, retries) => {
      expectTypeOf(database).toEqualTypeOf<string>();
      expectTypeOf(retries).toEqualTypeOf<number | undefined>();
      return database;
    }, job);
    // @ts-expect-error a key is a string
    heartbeat.wrap((database) => database.length, job);
  });

  it('only functions are jobs', () => {
    expectTypeOf<MonitorHandle['wrap']>().parameter(0).not.toExtend<string>();
    // @ts-expect-error a path
    heartbeat.wrap('k', './job.js');
    // @ts-expect-error a class
    heartbeat.wrap('k', Map);
  });
});
