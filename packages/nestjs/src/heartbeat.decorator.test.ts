import { createRecordingHeartbeat } from '@lubdub/core/testing';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { lastValueFrom, Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Heartbeat, type HeartbeatDecoratorOptions } from './heartbeat.decorator.ts';

const recorded = () => {
  const recording = createRecordingHeartbeat();
  const { client } = recording;
  const On = (key?: string, options: HeartbeatDecoratorOptions = {}): MethodDecorator =>
    Heartbeat(key, { client, ...options });
  return { ...recording, On };
};

describe('a decorated method', () => {
  it('keeps name, arity, this, arguments, result and the synchronous nature', async () => {
    const { On, assertSucceeded } = recorded();
    class Reports {
      readonly factor = 2;
      @On('sum')
      sum(first: number, second: number): number {
        return (first + second) * this.factor;
      }
    }
    expect(new Reports().sum(1, 2)).toBe(6);
    expect([Reports.prototype.sum.name, Reports.prototype.sum.length]).toEqual(['sum', 2]);
    await assertSucceeded('sum');
  });

  it('stays writable, configurable and not enumerable', () => {
    const { On } = recorded();
    class Reports {
      @On('a')
      send(): void {}
    }
    expect(Object.getOwnPropertyDescriptor(Reports.prototype, 'send')).toMatchObject({
      writable: true,
      configurable: true,
      enumerable: false,
    });
  });

  it('throws and rejects with the same error object', async () => {
    const { On, assertFailed } = recorded();
    const error = new RangeError('disk full');
    class Reports {
      @On('throws')
      fail(): never {
        throw error;
      }
      @On('rejects')
      async reject(): Promise<never> {
        throw error;
      }
    }
    expect(() => new Reports().fail()).toThrow(error);
    await expect(new Reports().reject()).rejects.toBe(error);
    const [fail] = await assertFailed('throws');
    expect(fail?.message).toContain('disk full');
    await assertFailed('rejects');
  });

  it('carries the metadata of decorators below it, and takes that of decorators above', () => {
    const { On } = recorded();
    class Reports {
      @On('below')
      @SetMetadata('role', 'admin')
      below(): void {}
      @SetMetadata('role', 'admin')
      @On('above')
      above(): void {}
      @applyDecorators(On('first'), SetMetadata('role', 'admin'))
      first(): void {}
      @applyDecorators(SetMetadata('role', 'admin'), On('last'))
      last(): void {}
    }
    for (const name of ['below', 'above', 'first', 'last'] as const)
      expect(Reflect.getMetadata('role', Reports.prototype[name])).toBe('admin');
  });

  it('ends the run of an Observable when it completes, errs, or is left', async () => {
    const { On, states } = recorded();
    class Streams {
      @On('completes')
      complete(): Observable<number> {
        return of(1, 2);
      }
      @On('errs')
      err(): Observable<number> {
        return throwError(() => new Error('no signal'));
      }
      @On('left')
      never(): Observable<number> {
        return new Observable((observer) => observer.next(1));
      }
    }
    const streams = new Streams();
    expect(await lastValueFrom(streams.complete())).toBe(2);
    await expect(lastValueFrom(streams.err())).rejects.toThrow('no signal');
    streams.never().subscribe().unsubscribe();
    expect(await states()).toEqual([
      'completes:start',
      'completes:success',
      'errs:start',
      'errs:fail',
      'left:start',
      'left:success',
    ]);
  });

  it('ends the run of an async generator with the iteration', async () => {
    const { On, states } = recorded();
    class Pages {
      @On('pages')
      async *read(): AsyncGenerator<number> {
        yield 1;
        yield 2;
      }
    }
    const seen: number[] = [];
    for await (const page of new Pages().read()) seen.push(page);
    expect(seen).toEqual([1, 2]);
    expect(await states()).toEqual(['pages:start', 'pages:success']);
  });

  it('may have a symbol for a name, and be static with a client', async () => {
    const { On, states } = recorded();
    const secret = Symbol('rotateSecrets');
    class Keys {
      @On()
      [secret](): number {
        return 1;
      }
      @On()
      static rotateAll(): number {
        return 2;
      }
    }
    expect([new Keys()[secret](), Keys.rotateAll()]).toEqual([1, 2]);
    expect(await states('keys-rotate-secrets')).toHaveLength(2);
    expect(await states('keys-rotate-all')).toHaveLength(2);
  });

  it('takes the key from the arguments', async () => {
    const { client, assertSucceeded } = recorded();
    class Backups {
      @Heartbeat((database: string) => `backup-${database}`, { client })
      save(database: string): string {
        return database;
      }
    }
    expect(new Backups().save('orders')).toBe('orders');
    await assertSucceeded('backup-orders');
  });

  it('hands the options on: a hook that classifies, for one', async () => {
    const { On, assertFailed } = recorded();
    class Imports {
      @On('import', { classify: ({ result }) => (result === 0 ? 'fail' : 'success') })
      run(): number {
        return 0;
      }
    }
    expect(new Imports().run()).toBe(0);
    await assertFailed('import');
  });
});

describe('methods that call each other', () => {
  it('makes one run of a method that overrides another with the same key and calls it', async () => {
    const { On, assertSucceeded, states } = recorded();
    class Base {
      @On('sync')
      async sync(): Promise<string> {
        return 'base';
      }
    }
    class Child extends Base {
      @On('sync')
      override async sync(): Promise<string> {
        await Promise.resolve();
        return `child of ${await super.sync()}`;
      }
    }
    class Grandchild extends Child {
      @On('sync')
      override async sync(): Promise<string> {
        return `grand${await super.sync()}`;
      }
    }
    expect(await new Grandchild().sync()).toBe('grandchild of base');
    expect(await states()).toEqual(['sync:start', 'sync:success']);
    const child = new Child();
    await Promise.all([child.sync(), child.sync()]);
    await new Base().sync();
    await assertSucceeded('sync', 4);
  });

  it('makes nested runs of two keys, and one of the same key twice', async () => {
    const { On, states } = recorded();
    class Jobs {
      @On('outer')
      @On('inner')
      both(): number {
        return 1;
      }
      @On('same')
      @SetMetadata('between', 1)
      @On('same')
      once(): number {
        return 2;
      }
    }
    const jobs = new Jobs();
    expect([jobs.both(), jobs.once()]).toEqual([1, 2]);
    expect(await states()).toEqual([
      'outer:start',
      'inner:start',
      'inner:success',
      'outer:success',
      'same:start',
      'same:success',
    ]);
  });

  it('runs although a key function throws, overridden or not', async () => {
    const { client, assertSilent } = recorded();
    const key = (): string => {
      throw new Error('no key');
    };
    class Base {
      @Heartbeat(key, { client })
      sync(): number {
        return 1;
      }
    }
    class Child extends Base {
      @Heartbeat(key, { client })
      override sync(): number {
        return super.sync() + 1;
      }
    }
    expect([new Base().sync(), new Child().sync()]).toEqual([1, 2]);
    await assertSilent();
  });

  it('derives the key of an inherited method from the class of the object', async () => {
    const { On, states } = recorded();
    abstract class Importer {
      @On()
      importAll(): number {
        return 1;
      }
    }
    class OrderImporter extends Importer {
      @On()
      override importAll(): number {
        return super.importAll() + 1;
      }
    }
    class HTTPImporter extends Importer {}
    expect(new OrderImporter().importAll()).toBe(2);
    new HTTPImporter().importAll();
    expect(await states()).toEqual([
      'order-importer-import-all:start',
      'order-importer-import-all:success',
      'http-importer-import-all:start',
      'http-importer-import-all:success',
    ]);
  });
});
