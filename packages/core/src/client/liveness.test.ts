import { describe, expect, it } from 'vitest';
import { createEngine } from '../../test/support/engine.ts';

const intervalMs = 10_000;

describe('a beat', () => {
  it('is withheld while the check of the one before is under way, which is asked once at a time', async () => {
    const { heartbeat, clock, words } = createEngine();
    const answers: ((good: boolean) => void)[] = [];
    const liveness = heartbeat.every('api', {
      intervalMs,
      check: () => new Promise<boolean>((resolve) => answers.push(resolve)),
    });
    await clock.advance(intervalMs * 3);
    expect([answers.length, words()]).toEqual([1, []]);
    answers[0]?.(true);
    await clock.advance(intervalMs);
    expect([answers.length, words()]).toEqual([2, ['api success']]);
    liveness.stop();
  });

  it('does not come any more when it was stopped during its check', async () => {
    const { heartbeat, clock, words } = createEngine();
    let answer: ((good: boolean) => void) | undefined;
    const liveness = heartbeat.every('api', {
      intervalMs,
      check: () => new Promise<boolean>((resolve) => (answer = resolve)),
    });
    liveness.stop();
    answer?.(true);
    await clock.advance(intervalMs * 2);
    expect(words()).toEqual([]);
  });

  it('may be stopped twice, also by the end of its block', async () => {
    const { heartbeat, clock, words } = createEngine();
    {
      using liveness = heartbeat.every('api', { intervalMs });
      await clock.advance(intervalMs);
      liveness.stop();
    }
    await clock.advance(intervalMs * 3);
    expect(words()).toEqual(['api success', 'api success']);
  });
});
