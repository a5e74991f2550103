import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { createRedactor } from '../ping/redact.ts';
import type { SecretSource } from '../providers/provider.ts';
import { SecretStore } from './secrets.ts';

const none = (): string => {
  throw new Error('there are no files');
};
const storeOf = (
  secrets: Readonly<Record<string, SecretSource | readonly SecretSource[]>>,
  readFile: (path: string) => string = none,
) => {
  const redactor = createRedactor();
  return { redactor, store: new SecretStore(plainProvider({}, { secrets }), redactor, readFile) };
};
const unavailable = { code: 'ERR_LUBDUB_SECRET_UNAVAILABLE' };

describe('secrets', () => {
  it('that are texts are there from the beginning, the first of several, and all are masked', () => {
    const { store, redactor } = storeOf({
      token: ['first-secret', 'second-secret'],
      key: 'the-key-of-it',
      no: [],
    });
    const { last } = store;
    expect(last).toEqual({ token: 'first-secret', key: 'the-key-of-it' });
    expect(store.current(0)).toBe(last);
    expect(redactor.text('first-secret second-secret the-key-of-it')).toBe(
      '[secret] [secret] [secret]',
    );
  });

  it('are none for a provider that has none', () => {
    expect(new SecretStore(plainProvider(), createRedactor(), none).current(0)).toEqual({});
  });

  it('that are functions are asked each time, and the last answer is kept for the last moment', async () => {
    let count = 0;
    const { store, redactor } = storeOf({
      token: () => `secret-number-${(count += 1)}`,
      key: 'the-key-of-it',
    });
    expect(store.last).toBeUndefined();
    expect(store.current(0)).toEqual({ token: 'secret-number-1', key: 'the-key-of-it' });
    expect(store.current(0)).toEqual({ token: 'secret-number-2', key: 'the-key-of-it' });
    expect(store.last).toMatchObject({ token: 'secret-number-2' });
    expect(redactor.text('secret-number-1')).toBe('[secret]');
  });

  it('may be promised', async () => {
    const { store, redactor } = storeOf({ token: () => Promise.resolve('promised-secret') });
    await expect(store.current(0)).resolves.toEqual({ token: 'promised-secret' });
    expect(store.last).toEqual({ token: 'promised-secret' });
    expect(redactor.text('promised-secret')).toBe('[secret]');
  });

  it('may be promised beside others that are there', async () => {
    const { store } = storeOf({
      token: () => Promise.resolve('promised-secret'),
      key: () => 'the-key-of-it',
    });
    await expect(store.current(0)).resolves.toEqual({
      token: 'promised-secret',
      key: 'the-key-of-it',
    });
  });

  it('in a file are read again after five seconds, without the line break', () => {
    const reads: string[] = [];
    const { store } = storeOf({ token: { file: '/run/token' } }, (path) => {
      reads.push(path);
      return `secret-of-read-${reads.length}\n`;
    });
    expect(store.current(0)).toEqual({ token: 'secret-of-read-1' });
    expect(store.current(4_999)).toEqual({ token: 'secret-of-read-1' });
    expect(store.current(5_000)).toEqual({ token: 'secret-of-read-2' });
    expect(reads).toEqual(['/run/token', '/run/token']);
  });

  it.each([
    [
      'throws',
      {
        token: (): string => {
          throw new Error('no vault at first-secret');
        },
      },
      '"token" could not be read: no vault',
    ],
    [
      'throws something odd',
      {
        token: (): string => {
          // oxlint-disable-next-line typescript/only-throw-error -- a user's function may
          throw 'no';
        },
      },
      '"token" could not be read.',
    ],
    ['is empty', { token: () => '' }, '"token" could not be read.'],
    [
      'is a file that is not there',
      { token: { file: '/none' } },
      '"token" could not be read: there are no files',
    ],
  ])('are unavailable when the source %s', (_name, secrets, text) => {
    const { store } = storeOf({ ...secrets, other: 'first-secret' });
    const call = (): unknown => store.current(0);
    expect(call).toThrow(expect.objectContaining({ ...unavailable, option: 'token' }));
    expect(call).toThrow(text);
    expect(call).not.toThrow('first-secret');
  });

  it('are unavailable when the promise is broken or empty', async () => {
    const broken = storeOf({ token: () => Promise.reject(new Error('no vault')) });
    await expect(broken.store.current(0)).rejects.toMatchObject(unavailable);
    await expect(broken.store.current(0)).rejects.toThrow(
      'The secret "a secret" could not be read: no vault.',
    );
    for (const token of [(): Promise<string> => Promise.resolve(''), () => 12_345 as never]) {
      const empty = storeOf({ token });
      await expect(empty.store.current(0)).rejects.toMatchObject({
        ...unavailable,
        option: 'token',
      });
    }
  });
});
