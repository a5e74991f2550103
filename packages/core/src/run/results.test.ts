import { describe, expect, it, vi } from 'vitest';
import { type ResultWatch, watchResult } from './results.ts';

const newWatch = () => ({
  succeeded: vi.fn<ResultWatch['succeeded']>(),
  failed: vi.fn<ResultWatch['failed']>(),
  abandoned: vi.fn<ResultWatch['abandoned']>(),
});
const watched = (result: unknown, hold?: () => Promise<void> | undefined) => {
  const watch = newWatch();
  return { watch, given: watchResult(result, watch, hold) };
};
interface Query {
  then(good?: unknown, bad?: unknown): unknown;
  readonly table: string;
  name(): string;
}
const query = (
  settle: (good: (value: unknown) => unknown, bad: (error: unknown) => unknown) => unknown,
) => ({
  table: 'rows',
  name() {
    return `query of ${(this as Query).table}`;
  },
  // oxlint-disable-next-line unicorn/no-thenable -- a query builder is one
  then: (good: (value: unknown) => unknown, bad: (error: unknown) => unknown) => settle(good, bad),
});

describe('a promise with more on it', () => {
  it('goes on carrying it', async () => {
    const cancel = (): string => 'cancelled';
    const { given } = watched(Object.assign(Promise.resolve(1), { cancel }));
    expect((given as { cancel: unknown }).cancel).toBe(cancel);
    await expect(given).resolves.toBe(1);
  });

  it('reaches the caller when its class gives each promise something of its own', async () => {
    class Numbered extends Promise<number> {
      static made = 0;
      constructor(...given: ConstructorParameters<typeof Promise<number>>) {
        super(...given);
        Reflect.defineProperty(this, 'number', { value: (Numbered.made += 1) });
      }
    }
    const { given, watch } = watched(Numbered.resolve(1));
    await expect(given).resolves.toBe(1);
    expect(watch.succeeded).toHaveBeenCalledExactlyOnceWith(1);
  });
});

describe('a thenable', () => {
  it('keeps its value where nobody gave a handler for it', () => {
    const { given, watch } = watched(query((good) => good(3)));
    expect((given as Query).then(undefined)).toBe(3);
    expect(watch.succeeded).toHaveBeenCalledExactlyOnceWith(3);
  });

  it('keeps its error where nobody gave a handler for it', () => {
    const error = new Error('no rows');
    const { given, watch } = watched(query((_good, bad) => bad(error)));
    expect(() => (given as Query).then((value: unknown) => value)).toThrow(error);
    expect(watch.failed).toHaveBeenCalledExactlyOnceWith(error);
  });

  it('hands its error to the handler that was given', () => {
    const error = new Error('no rows');
    const { given } = watched(query((_good, bad) => bad(error)));
    expect((given as Query).then(undefined, () => 'mended')).toBe('mended');
  });

  it('waits for what holds the job before its handlers run', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { given } = watched(
      query((good) => good(3)),
      () => held,
    );
    const handler = vi.fn<(value: unknown) => unknown>((value) => value);
    const result = (given as Query).then(handler);
    expect(handler).not.toHaveBeenCalled();
    release();
    await expect(result).resolves.toBe(3);
  });

  it('is watched through a stand-in when it is frozen, which is like it in all else', () => {
    const { given, watch } = watched(Object.freeze(query((good) => good(4))));
    const standIn = given as Query;
    expect(standIn.table).toBe('rows');
    expect(standIn.name()).toBe('query of rows');
    expect('table' in standIn).toBe(true);
    expect(standIn.then((value: unknown) => value)).toBe(4);
    expect(watch.succeeded).toHaveBeenCalledExactlyOnceWith(4);
  });
});

describe('something that is iterated later', () => {
  it('is watched though its iterator has only a next', async () => {
    let left = 2;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          Promise.resolve(left-- > 0 ? { done: false, value: left } : { done: true, value: 'end' }),
      }),
    };
    const { given, watch } = watched(source);
    const seen: unknown[] = [];
    for await (const value of given as AsyncIterable<unknown>) seen.push(value);
    expect(seen).toEqual([1, 0]);
    expect(watch.succeeded).toHaveBeenCalledExactlyOnceWith('end');
  });

  it('breaks as it would have without us when its iterator is none', async () => {
    const { given, watch } = watched({ [Symbol.asyncIterator]: () => undefined });
    const iterate = async (): Promise<void> => {
      for await (const value of given as AsyncIterable<unknown>) void value;
    };
    await expect(iterate()).rejects.toThrow(TypeError);
    expect(watch.succeeded).not.toHaveBeenCalled();
  });

  it('is a value when it is a stream', () => {
    const stream = { pipe: () => undefined, [Symbol.asyncIterator]: () => undefined };
    const { given, watch } = watched(stream);
    expect(given).toBe(stream);
    expect(watch.succeeded).toHaveBeenCalledExactlyOnceWith(stream);
  });

  it('is a value when it cannot even be looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const watch = newWatch();
    expect(() => watchResult(proxy, watch)).not.toThrow();
    expect(watch.succeeded).toHaveBeenCalledTimes(1);
  });
});
