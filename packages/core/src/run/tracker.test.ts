import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import type { RunOptions } from './run-options.ts';

const minute = 60_000;

describe('the start of a run', () => {
  it('leaves with `unlimited` only to services that do not take a long run for a failed one', async () => {
    const patient = plainProvider({}, { name: 'patient' });
    const strict = plainProvider({ limitsRunDuration: true }, { name: 'strict' });
    const { heartbeat, clock } = createEngine({ provider: [patient, strict] });
    heartbeat.start('a', { sendStart: 'unlimited' });
    await clock.settle();
    expect(heartbeat.stats().providers).toMatchObject([
      { provider: 'patient', outcomes: { accepted: 1 } },
      { provider: 'strict', dropped: { unsupported: 1 }, requests: 0 },
    ]);
  });
});

describe('draining', () => {
  it('ends when the last of the open runs has ended', async () => {
    const { heartbeat, clock } = createEngine();
    const first = heartbeat.start('a');
    const second = heartbeat.start('b');
    let left: number | undefined;
    const draining = heartbeat.drain(minute).then((open) => (left = open));
    first.success();
    await clock.settle();
    expect(left).toBeUndefined();
    second.fail();
    await clock.settle();
    expect(left).toBe(0);
    await draining;
  });

  it('ends at its time with the number of runs that are still open', async () => {
    const { heartbeat, clock } = createEngine();
    heartbeat.start('a');
    heartbeat.start('b');
    const draining = heartbeat.drain(minute);
    await clock.advance(minute);
    expect(await draining).toBe(2);
  });
});

describe('an end that comes too late', () => {
  it.each([
    ['badly', () => Promise.reject(new Error('no'))],
    ['well', () => Promise.resolve()],
  ])('is logged with how it went: %s', async (how, end) => {
    const { heartbeat, clock, told } = createEngine();
    let go: (() => void) | undefined;
    const job = heartbeat.wrap(
      'a',
      async () => {
        await new Promise<void>((resolve) => (go = resolve));
        await end();
      },
      { maxDurationMs: minute },
    );
    const done = job().catch(() => undefined);
    await clock.advance(minute);
    go?.();
    await done;
    await clock.settle();
    expect(told().map(({ state }) => state)).toEqual(['start', 'fail', 'log']);
    expect(told()[2]?.text).toMatch(new RegExp(`^ended ${how} after 60.0 s`, 'u'));
  });
});

describe('a run that has ended', () => {
  it('gives no sign of life and takes no values any more', async () => {
    const { heartbeat, clock, words } = createEngine();
    const run = heartbeat.start('a');
    run.success();
    run.alive();
    run.log('still here');
    run.set({ rows: 1 });
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('tells its log to nobody when its client has closed meanwhile, and counts it', async () => {
    const { heartbeat, clock } = createEngine();
    const run = heartbeat.start('a', { sendStart: false });
    const closing = heartbeat.close(0);
    await clock.advance(1);
    await closing;
    run.log('half way');
    run.success();
    expect(heartbeat.stats().providers[0]?.dropped).toEqual({ closed: 2 });
  });
});

describe('options that cannot be read when the job is called', () => {
  it.each([
    [new Error('gone'), 'gone'],
    ['gone', 'unknown error'],
  ])('with %o do not keep it from running, which is said once', (thrown, said) => {
    const { heartbeat, warnings } = createEngine();
    let reads = 0;
    const options: RunOptions = {
      get minIntervalMs(): number {
        reads += 1;
        if (reads === 1) return 0;
        throw thrown; // oxlint-disable-line typescript/only-throw-error -- a getter may
      },
    };
    const job = heartbeat.wrap('a', (value: number) => value + 1, options);
    expect([job(1), job(2)]).toEqual([2, 3]);
    expect(warnings).toEqual([`A run was not monitored: ${said}`]);
  });
});
