import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeartbeatClient, Run } from '../src/index.ts';
import { createEngine } from './support/engine.ts';

/** Anything at all, hostile objects included. */
const hostile = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constant(
    new Proxy(
      {},
      {
        get: (_target, name) => {
          if (name === fc.toStringMethod) return () => 'hostile';
          if (typeof name === 'symbol') return undefined;
          throw new Error('get');
        },
        ownKeys: () => {
          throw new Error('keys');
        },
      },
    ),
  ),
  fc.constant({
    toJSON: () => {
      throw new Error('toJSON');
    },
    get bad() {
      throw new Error('getter');
    },
    big: 10n,
  }),
  fc.constant(
    (() => {
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      return cycle;
    })(),
  ),
  fc.constant('\ud800'.repeat(100_000)),
  fc.func(fc.anything()),
  fc.constant(Symbol('s')),
);

type Loose = Record<keyof HeartbeatClient, (...args: unknown[]) => unknown>;

describe('whatever it is given at run time', () => {
  it('run calls the job once and returns its result', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, options) => {
        const { clock, heartbeat } = createEngine();
        let calls = 0;
        const result = (heartbeat as unknown as Loose).run(
          key,
          () => {
            calls += 1;
            return 42;
          },
          options,
        );
        await clock.settle();
        expect([result, calls]).toEqual([42, 1]);
      }),
    );
  });

  it('no method of a run throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile,
        hostile,
        fc.shuffledSubarray(['log', 'set', 'alive', 'success', 'fail', 'defer', 'skip'] as const),
        async (first, second, names) => {
          const { clock, heartbeat } = createEngine({ captureErrors: 'stack' });
          const run = heartbeat.start('a') as unknown as Record<
            keyof Run,
            (...args: unknown[]) => unknown
          >;
          for (const name of names) run[name](first, second);
          await clock.settle();
          expect(heartbeat.stats().pending).toBe(0);
        },
      ),
    );
  });

  it('start gives a run that works', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, options) => {
        const { heartbeat } = createEngine();
        const run = (heartbeat as unknown as Loose).start(key, options) as Run;
        run.success();
        expect(run.status).toBe('succeeded');
      }),
    );
  });

  it('ping rejects with a typed error or resolves with an outcome', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (key, options) => {
        const { clock, heartbeat } = createEngine();
        const settled = (
          (heartbeat as unknown as Loose).ping(key, options) as Promise<unknown>
        ).then(
          (outcome) => outcome,
          (error: unknown) => error,
        );
        await clock.advance(31_000);
        const value = (await settled) as { code?: string; status?: string };
        expect(value.code ?? value.status).toMatch(/^ERR_LUBDUB_INVALID_KEY$|accepted|dropped/u);
      }),
    );
  });

  it('track and alert throw nothing', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (first, second) => {
        const { clock, heartbeat } = createEngine();
        (heartbeat as unknown as Loose).track(first, second);
        const outcome = (heartbeat as unknown as Loose).alert(first, second) as Promise<{
          status: string;
        }>;
        await clock.settle();
        expect((await outcome).status).toBe('dropped');
      }),
    );
  });

  it('a wrong configuration throws a typed error that names the option', () => {
    const { heartbeat } = createEngine();
    const wrong: [() => unknown, string, string][] = [
      [() => createEngine({ timeoutMs: -1 }), 'ERR_LUBDUB_INVALID_OPTION', 'timeoutMs'],
      [
        () => createEngine({ retry: { maxAttempts: 'many' as unknown as number } }),
        'ERR_LUBDUB_INVALID_OPTION',
        'retry.maxAttempts',
      ],
      [() => createEngine({ retrys: {} } as object), 'ERR_LUBDUB_UNKNOWN_OPTION', 'retrys'],
      [() => createEngine({ provider: {} as never }), 'ERR_LUBDUB_INVALID_OPTION', 'provider'],
      [() => heartbeat.wrap('', () => 1), 'ERR_LUBDUB_INVALID_KEY', 'key'],
      [() => heartbeat.wrap('a\nb', () => 1), 'ERR_LUBDUB_INVALID_KEY', 'key'],
      [() => heartbeat.wrap('a', 'no function' as never), 'ERR_LUBDUB_NOT_A_FUNCTION', 'job'],
      [
        () => heartbeat.wrap('a', () => 1, { maxDurationMs: 0 }),
        'ERR_LUBDUB_INVALID_OPTION',
        'maxDurationMs',
      ],
      [() => heartbeat.every('a', { intervalMs: 1 }), 'ERR_LUBDUB_INVALID_OPTION', 'intervalMs'],
    ];
    for (const [act, code, option] of wrong)
      expect(act).toThrow(expect.objectContaining({ code, option }));
  });
});
