import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';

const down = (clientTimestamp: boolean) => {
  const engine = createEngine({
    provider: plainProvider({ clientTimestamp }),
    queue: { maxPings: 1_000, maxBytes: 10_000_000 },
    concurrency: 1,
  });
  engine.transport.answerWith(() => undefined);
  return engine;
};

describe.each([true, false])('a queue that is more than half full (client time: %s)', (time) => {
  it('takes a hundred thousand runs of one monitor in one turn, within its bound, and loses none', async () => {
    const { heartbeat, transport, clock } = down(time);
    const dropped: string[] = [];
    heartbeat.on('ping-dropped', ({ outcome }) => dropped.push(String(outcome.reason)));
    let most = 0;
    for (let round = 0; round < 1_000; round += 1) {
      for (let index = 0; index < 100; index += 1) heartbeat.run('busy', () => undefined);
      most = Math.max(most, heartbeat.stats().pending);
    }
    expect(most).toBeLessThanOrEqual(1_000);
    expect(dropped.filter((reason) => reason === 'queue-full')).toEqual([]);
    let told = 0;
    heartbeat.on('ping-sent', ({ ping }) => (told += ping.state === 'success' ? ping.count : 0));
    transport.answerWith(() => ({ kind: 'response', status: 200, headers: {}, body: '' }));
    await clock.settle();
    await clock.advance(10_000);
    expect(told).toBe(100_000);
  });

  it('is merged to half of its bound when the jobs have returned', async () => {
    const { heartbeat, clock } = down(time);
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 200; index += 1) heartbeat.run('busy', () => undefined);
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await clock.settle();
      expect(heartbeat.stats().pending).toBeLessThan(510);
    }
  });

  it('keeps the last fail of a monitor with the number of those before', async () => {
    const { heartbeat, told, transport, clock } = down(time);
    for (let index = 0; index < 600; index += 1) heartbeat.run(`other-${index}`, () => undefined);
    for (let index = 0; index < 500; index += 1)
      heartbeat.start('broken').fail(undefined, { message: `attempt ${index}` });
    transport.answerWith(() => ({ kind: 'response', status: 200, headers: {}, body: '' }));
    await clock.settle();
    const fails = told().filter(({ key, state }) => key === 'broken' && state === 'fail');
    expect(fails.reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(fails.length).toBeLessThan(10);
    expect(fails.at(-1)?.text).toContain('attempt 499');
  });
});
