import { describe, expect, it } from 'vitest';
import { Heartbeat } from './heartbeat.decorator.ts';

describe('a decorator in the wrong place', () => {
  it.each([
    [
      'an arrow function in a property',
      () => {
        class Jobs {
          // @ts-expect-error a property has no descriptor
          @Heartbeat('a')
          send = (): void => {};
        }
        return Jobs;
      },
      /Jobs\.send: .*make it a method/u,
    ],
    [
      'a getter',
      () => {
        class Jobs {
          @Heartbeat('a')
          get value(): number {
            return 1;
          }
        }
        return Jobs;
      },
      /Jobs\.value: .*put it on a method/u,
    ],
    [
      'a class',
      () => {
        // @ts-expect-error a class is no method
        @Heartbeat('a')
        class Jobs {}
        return Jobs;
      },
      /Jobs: it takes a method/u,
    ],
    [
      'a static method without a client',
      () => {
        class Jobs {
          @Heartbeat('a')
          static send(): void {}
        }
        return Jobs;
      },
      /Jobs\.send: .*client: \(\) => getHeartbeat\(\)/u,
    ],
    [
      'a parameter',
      () => {
        class Jobs {
          // @ts-expect-error a parameter is no method
          send(@Heartbeat('a') _name: string): void {}
        }
        return Jobs;
      },
      /Jobs: it takes a method/u,
    ],
  ])('throws for %s, and says what to do', (_what, declare, message) => {
    expect(declare).toThrow(
      expect.objectContaining({
        code: 'ERR_LUBDUB_DECORATOR_MISPLACED',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });

  it.each([
    ['an empty key', [''], 'ERR_LUBDUB_INVALID_KEY'],
    ['a number as key', [7], 'ERR_LUBDUB_INVALID_KEY'],
    ['an unknown option', ['a', { retries: 3 }], 'ERR_LUBDUB_UNKNOWN_OPTION'],
    ['a wrong option', ['a', { maxDurationMs: 'long' }], 'ERR_LUBDUB_INVALID_OPTION'],
    ['a wrong client', ['a', { client: 7 }], 'ERR_LUBDUB_INVALID_OPTION'],
    ['options that are none', ['a', 'b'], 'ERR_LUBDUB_INVALID_OPTION'],
    ['options that are null', ['a', null], 'ERR_LUBDUB_INVALID_OPTION'],
  ])('throws a typed error for %s', (_what, args, code) => {
    expect(() => (Heartbeat as (...given: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });
});
