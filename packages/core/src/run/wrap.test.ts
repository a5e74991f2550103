import { Observable, Subject, firstValueFrom, of, throwError } from 'rxjs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../test/support/engine.ts';

class Sub extends Promise<number> {}

const lazyThenable = () => {
  let runs = 0;
  return {
    get runs() {
      return runs;
    },
    where() {
      return this;
    },
    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
    then(resolve: (value: string) => unknown, reject: (error: unknown) => unknown) {
      runs += 1;
      return Promise.resolve('rows').then(resolve, reject);
    },
  };
};

describe('a wrapped function', () => {
  it('keeps name, length, properties, symbols and prototype', () => {
    const { heartbeat } = createEngine();
    const mark = Symbol('mark');
    const job = Object.assign(async function nightly(_a: number, _b: number) {}, {
      queue: 'q',
      [mark]: 1,
    });
    const wrapped = heartbeat.wrap('a', job);
    expect([wrapped.name, wrapped.length, wrapped.queue, wrapped[mark]]).toEqual([
      'nightly',
      2,
      'q',
      1,
    ]);
    expect(wrapped.constructor.name).toBe('AsyncFunction');
  });

  it('passes this and every argument on', () => {
    const { heartbeat } = createEngine();
    const seen: unknown[] = [];
    const self = {
      job: heartbeat.wrap('a', function (this: unknown, ...args: number[]) {
        seen.push(this, ...args);
      }),
    };
    self.job(1, 2, 3);
    expect(seen).toEqual([self, 1, 2, 3]);
  });

  it('stays synchronous and returns the same object', () => {
    const { heartbeat } = createEngine();
    const result = { value: 1 };
    expect(heartbeat.wrap('a', () => result)()).toBe(result);
  });

  it('throws the same object, whatever it is', () => {
    const { heartbeat } = createEngine();
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const job = heartbeat.wrap('a', () => {
          throw thrown;
        });
        let caught: unknown;
        let threw = false;
        try {
          job();
        } catch (error) {
          caught = error;
          threw = true;
        }
        expect(threw).toBe(true);
        expect(Object.is(caught, thrown)).toBe(true);
      }),
    );
  });

  it('ends as failed when undefined is thrown', async () => {
    const { clock, heartbeat, words } = createEngine();
    await expect(
      heartbeat.wrap('a', async () => Promise.reject(undefined))(),
    ).rejects.toBeUndefined();
    await clock.settle();
    expect(words()).toEqual(['a start', 'a fail']);
  });

  it('keeps what a promise carries', async () => {
    const { heartbeat } = createEngine();
    const cancel = () => 'cancelled';
    const promise = heartbeat.wrap('a', () => Object.assign(Promise.resolve(1), { cancel }))();
    expect(promise.cancel()).toBe('cancelled');
    expect(await promise).toBe(1);
  });

  it('returns a subclass of Promise as it is and still sees its end', async () => {
    const { clock, heartbeat, words } = createEngine();
    const original = Sub.resolve(7) as Sub;
    const returned = heartbeat.wrap('a', () => original)();
    expect(returned).toBe(original);
    expect(await returned).toBe(7);
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('never runs a lazy thenable by itself, and sees its end when its owner does', async () => {
    const { clock, heartbeat, words } = createEngine();
    const query = lazyThenable();
    const returned = heartbeat.wrap('a', () => query)();
    await clock.settle();
    expect([returned === query, query.runs, words()]).toEqual([true, 0, ['a start']]);
    expect(await returned.where()).toBe('rows');
    await clock.settle();
    expect([query.runs, words()]).toEqual([1, ['a start', 'a success']]);
  });

  it('watches a thenable that is frozen', async () => {
    const { clock, heartbeat, words } = createEngine();
    expect(await heartbeat.wrap('a', () => Object.freeze(lazyThenable()))()).toBe('rows');
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('ends a generator at the end of its iteration', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap('a', async function* () {
      yield 1;
      yield 2;
    });
    const seen: number[] = [];
    const told: number[] = [];
    for await (const value of job()) {
      seen.push(value);
      await clock.settle();
      told.push(words().length);
    }
    await clock.settle();
    expect([seen, told, words()]).toEqual([
      [1, 2],
      [1, 1],
      ['a start', 'a success'],
    ]);
  });

  it('ends a generator that throws as failed', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap('a', function* () {
      yield 1;
      throw new Error('x');
    });
    expect(() => [...job()]).toThrow('x');
    await clock.settle();
    expect(words()).toEqual(['a start', 'a fail']);
  });

  it.each([
    ['completes', of(1, 2), 'success'],
    ['errors', throwError(() => new Error('x')), 'fail'],
  ])('ends an Observable when it %s', async (_how, source, state) => {
    const { clock, heartbeat, words } = createEngine();
    const returned = heartbeat.wrap('a', () => source)();
    expect(returned).toBeInstanceOf(Observable);
    await clock.settle();
    expect(words()).toEqual(['a start']);
    returned.subscribe({ error: () => undefined });
    await clock.settle();
    expect(words()).toEqual(['a start', `a ${state}`]);
  });

  it('ends an Observable that is left before it gave anything as failed, after that as a success', async () => {
    const { clock, heartbeat, words, told } = createEngine();
    heartbeat
      .wrap('a', () => new Observable<number>(() => undefined))()
      .subscribe()
      .unsubscribe();
    await firstValueFrom(
      heartbeat.wrap('b', () => new Observable<number>((observer) => observer.next(1)))(),
    );
    await clock.settle();
    expect(words().toSorted()).toEqual(['a fail', 'a start', 'b start', 'b success']);
    expect(told().find(({ state }) => state === 'fail')?.text).toBe('unsubscribed');
  });

  it('leaves a Subject alone, which its owner goes on using', async () => {
    const { heartbeat } = createEngine();
    const subject = new Subject<number>();
    expect(heartbeat.wrap('a', () => subject)()).toBe(subject);
  });

  it('ends a callback job by its callback, once', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap(
      'a',
      (_job: unknown, done: (error?: unknown) => void) => void setImmediate(done, undefined),
      { callbackIndex: 1 },
    );
    expect(job.length).toBe(2);
    await new Promise<void>((resolve) => job({}, () => resolve()));
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('takes the key and the options of each call', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap(
      (name: string) => name,
      (_name: string) => 1,
      { perCall: ({ args }) => ({ key: `${String(args[0])}!` }) },
    );
    job('a');
    await clock.settle();
    expect(words()).toEqual(['a! start', 'a! success']);
  });

  it('keeps its key where a call names no other', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap('a', (_name: string) => 1, {
      perCall: ({ args }) => (args[0] === 'b' ? { key: 'b' } : { groupKey: 'g' }),
    });
    job('a');
    job('b');
    await clock.settle();
    expect(words().filter((word) => word.endsWith('success'))).toEqual(['a success', 'b success']);
  });

  it('runs the job when its key makes no sense, and says so once', async () => {
    const { clock, heartbeat, words, warnings } = createEngine();
    const job = heartbeat.wrap(
      () => '',
      () => 5,
    );
    expect([job(), job()]).toEqual([5, 5]);
    await clock.settle();
    expect([words(), warnings.length]).toEqual([[], 1]);
  });
});

describe('how an end counts', () => {
  it('asks classify about errors and results', async () => {
    const { clock, heartbeat, words } = createEngine();
    const classify = ({ result, threw }: { result: unknown; threw: boolean }) =>
      threw ? 'deferred' : result === 'bad' ? 'fail' : undefined;
    heartbeat.run('a', () => 'bad', { classify });
    expect(() =>
      heartbeat.run(
        'b',
        () => {
          throw new Error('later');
        },
        { classify },
      ),
    ).toThrow('later');
    heartbeat.run('c', () => 'good', { classify });
    await clock.settle();
    expect(
      words()
        .filter((word) => !word.endsWith('start'))
        .toSorted(),
    ).toEqual(['a fail', 'b log', 'c success']);
  });

  it('takes a classify that throws for none', async () => {
    const { clock, heartbeat, words } = createEngine();
    heartbeat.run('a', () => 1, {
      classify: () => {
        throw new Error('mine');
      },
    });
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('continues a suspended run under its id', async () => {
    const { clock, heartbeat, told } = createEngine();
    const runId = '7f2c1e9a-0000-4000-8000-000000000001';
    heartbeat.start('a', { runId }).defer();
    heartbeat.start('a', { runId, sendStart: false }).success();
    await clock.settle();
    expect(told().map(({ state, run }) => [state, run])).toEqual([
      ['start', runId],
      ['log', runId],
      ['success', runId],
    ]);
  });

  it('asks for the id of a run when a ping needs it, once', async () => {
    const { clock, heartbeat, told } = createEngine();
    const runId = vi.fn<() => string>(() => '7F2C1E9A-0000-4000-8000-000000000001');
    heartbeat.wrap('a', () => 1, { runId, coalesce: { windowMs: 1_000 } })();
    expect(runId).not.toHaveBeenCalled();
    heartbeat.wrap('a', () => 1, { runId })();
    await clock.settle();
    expect(runId).toHaveBeenCalledTimes(1);
    const canonical = '7f2c1e9a-0000-4000-8000-000000000001';
    expect(told().map(({ state, run }) => [state, run])).toEqual([
      ['start', canonical],
      ['success', canonical],
    ]);
  });

  it('makes an id itself where the one that was asked for cannot be had', () => {
    const { heartbeat } = createEngine();
    const broken = (): never => {
      throw new Error('no id');
    };
    const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
    expect(heartbeat.start('a', { runId: broken }).id).toMatch(uuid);
    expect(heartbeat.start('a', { runId: (() => undefined) as never }).id).toMatch(uuid);
  });

  it('fails an abandoned scope', async () => {
    const { clock, heartbeat, told } = createEngine();
    {
      await using run = heartbeat.start('a');
      run.log('working');
    }
    await clock.settle();
    expect(told().at(-1)).toMatchObject({ state: 'fail', text: 'abandoned' });
  });

  it('lets the first end count', async () => {
    const { clock, heartbeat, words } = createEngine();
    const run = heartbeat.start('a');
    run.success();
    run.fail(new Error('x'));
    run[Symbol.dispose]();
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });
});

describe('limits of a run', () => {
  it('fails a run that lasts too long, and logs its later end only', async () => {
    const { clock, heartbeat, words, told } = createEngine();
    const run = heartbeat.start('a', { maxDurationMs: 1_000 });
    await clock.advance(1_000);
    expect(told().at(-1)).toMatchObject({ state: 'fail', text: 'timeout' });
    run.success();
    run.success();
    await clock.settle();
    expect(words()).toEqual(['a start', 'a fail', 'a log']);
  });

  it('fails a run without a sign of life, not one that gives them', async () => {
    const { clock, heartbeat, words } = createEngine();
    const lively = heartbeat.start('lively', { idleMs: 1_000 });
    heartbeat.start('dead', { idleMs: 1_000 });
    for (let step = 0; step < 10; step += 1) {
      // oxlint-disable-next-line no-await-in-loop -- time passes
      await clock.advance(500);
      lively.alive();
    }
    lively.success();
    await clock.settle();
    expect(words().filter((word) => word.startsWith('lively'))).toEqual([
      'lively start',
      'lively log',
      'lively success',
    ]);
    expect(words()).toContain('dead fail');
  });

  it('tells runs closer than the least interval only when they fail', async () => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap(
      'a',
      (bad: boolean) => {
        if (bad) throw new Error('x');
      },
      { minIntervalMs: 60_000 },
    );
    job(false);
    job(false);
    expect(() => job(true)).toThrow('x');
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success', 'a fail']);
  });

  it.each([
    ['allow', ['a start', 'a start', 'a success', 'a success']],
    ['skip', ['a start', 'a success']],
    ['fail', ['a start', 'a fail', 'a log', 'a success']],
  ] as const)('treats an overlap as asked: %s', async (overlap, expected) => {
    const { clock, heartbeat, words } = createEngine();
    const job = heartbeat.wrap('a', (until: Promise<void>) => until, { overlap });
    let finishFirst = (): void => undefined;
    let finishSecond = (): void => undefined;
    const first = job(new Promise((resolve) => (finishFirst = resolve)));
    const second = job(new Promise((resolve) => (finishSecond = resolve)));
    await clock.settle();
    finishSecond();
    await second;
    finishFirst();
    await first;
    await clock.settle();
    expect(words()).toEqual(expected);
  });

  it('tells a hot job once a window, with its count, and fails at once', async () => {
    const { clock, heartbeat, told, words } = createEngine();
    const job = heartbeat.wrap(
      'a',
      (bad: boolean) => {
        if (bad) throw new Error('x');
      },
      { coalesce: { windowMs: 10_000 } },
    );
    for (let index = 0; index < 1_000; index += 1) job(false);
    expect(() => job(true)).toThrow('x');
    await clock.settle();
    expect(words()).toEqual(['a fail']);
    await clock.advance(10_000);
    expect(words()).toEqual(['a fail', 'a success']);
    expect(told().at(-1)?.count).toBe(1_000);
  });
});

describe('settling', () => {
  it('waits for the delivery when asked to', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => undefined);
    let returned = false;
    const result = heartbeat
      .run('a', async () => 1, { settle: 'await', sendStart: false })
      .then((value) => {
        returned = true;
        return value;
      });
    await clock.settle();
    expect(returned).toBe(false);
    transport.release({ kind: 'response', status: 200, headers: {}, body: '' });
    await clock.settle();
    expect(await result).toBe(1);
  });

  it('waits no longer than its budget', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => undefined);
    const result = heartbeat.run(
      'a',
      async () => {
        throw new Error('mine');
      },
      { settle: 'await', settleBudgetMs: 500 },
    );
    const caught = result.catch((error: unknown) => error);
    await clock.advance(500);
    expect(await caught).toMatchObject({ message: 'mine' });
  });

  it('hands the delivery to waitUntil', async () => {
    const { clock, heartbeat } = createEngine();
    const handed: Promise<unknown>[] = [];
    await heartbeat.run('a', async () => 1, { waitUntil: (delivery) => handed.push(delivery) });
    await clock.settle();
    expect(await handed[0]).toMatchObject({ status: 'accepted' });
  });
});

describe('the current run', () => {
  it('is known across awaits with context, innermost first', async () => {
    const { heartbeat } = createEngine({ context: true });
    const seen: (string | undefined)[] = [];
    await heartbeat.run('outer', async () => {
      await Promise.resolve();
      await heartbeat.run('inner', async () => {
        await Promise.resolve();
        seen.push(heartbeat.current()?.key);
      });
      seen.push(heartbeat.current()?.key);
    });
    expect([...seen, heartbeat.current()]).toEqual(['inner', 'outer', undefined]);
  });
});
