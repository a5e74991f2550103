import { describe, expect, it } from 'vitest';
import { createManualClock, failWith, respond } from '../testing/index.ts';
import { createEngine, plainProvider } from '../../test/support/engine.ts';

const hour = 3_600_000;

describe('order', () => {
  it('sends a terminal only after the attempt of its start', async () => {
    const { clock, transport, heartbeat, words } = createEngine();
    transport.answerWith(() => undefined);
    heartbeat.run('a', () => 1);
    await clock.settle();
    expect(words()).toEqual(['a start']);
    transport.release(respond(200));
    await clock.settle();
    expect(words()).toEqual(['a start', 'a success']);
  });

  it('drops a start that failed once its run has ended, and sends the end with the duration', async () => {
    const { clock, transport, heartbeat, told } = createEngine();
    transport.answerWith((_request, index) => (index === 0 ? respond(500) : respond(200)));
    const run = heartbeat.start('a');
    await clock.advance(1);
    await clock.advance(20);
    run.success();
    await clock.advance(0);
    expect(told().at(-1)).toMatchObject({ state: 'success' });
    expect(told().at(-1)?.duration).toBeGreaterThan(20);
    expect(heartbeat.stats().providers[0]?.pending).toBe(0);
  });

  it('keeps the order of a monitor where the service believes what it hears last', async () => {
    const { clock, transport, heartbeat, words } = createEngine();
    transport.answerWith((_request, index) => (index === 1 ? respond(500) : respond(200)));
    heartbeat.run('a', () => 1);
    await clock.settle();
    heartbeat.run('a', () => 1);
    await clock.advance(5_000);
    expect(words()).toEqual(['a start', 'a success', 'a success', 'a start', 'a success']);
  });

  it('lets a fail jump the queue of other monitors, taking its start along', async () => {
    const { clock, transport, heartbeat, words } = createEngine({ concurrency: 1 });
    transport.answerWith(() => undefined);
    for (const key of ['a', 'b', 'c']) void heartbeat.ping(key);
    await clock.settle();
    heartbeat.start('urgent').fail(new Error('x'));
    transport.answerWith(() => respond(200));
    transport.release(respond(200));
    await clock.settle();
    expect(words()).toEqual(['a success', 'urgent start', 'urgent fail', 'b success', 'c success']);
  });

  it('never sends an old success after a newer fail of the same monitor', async () => {
    const { clock, transport, heartbeat, words } = createEngine();
    transport.answerWith((_request, index) => (index === 0 ? respond(503) : respond(200)));
    void heartbeat.ping('a');
    await clock.settle();
    void heartbeat.ping('a', { state: 'fail' });
    await clock.advance(10_000);
    expect(words()).toEqual(['a success', 'a success', 'a fail']);
  });
});

describe('retry', () => {
  it('tries again with a growing wait and gives up after the last attempt', async () => {
    const { clock, transport, heartbeat } = createEngine({
      retry: { maxAttempts: 4 },
      breaker: { failures: 100 },
    });
    transport.answerWith(() => failWith('reset'));
    const run = heartbeat.start('a', { sendStart: false });
    run.success();
    await clock.advance(120_000);
    expect(transport.requests).toHaveLength(4);
    expect(heartbeat.stats().providers[0]).toMatchObject({
      outcomes: { unreachable: 1 },
      retries: 3,
      pending: 0,
    });
  });

  it('waits as long as Retry-After says', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith((_request, index) =>
      index === 0 ? respond(429, '', { 'retry-after': '120' }) : respond(200),
    );
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(119_000);
    expect(transport.requests).toHaveLength(1);
    await clock.advance(2_000);
    expect(transport.requests).toHaveLength(2);
  });

  it('never tries a permanent no again', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => respond(404));
    const outcome = heartbeat.ping('a');
    await clock.advance(hour);
    expect(await outcome).toMatchObject({
      status: 'rejected',
      providers: [{ attempts: 1, httpStatus: 404 }],
    });
    expect(transport.requests).toHaveLength(1);
  });

  it('gives a direct ping up at its deadline', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => failWith('refused'));
    const outcome = heartbeat.ping('a', { deadlineMs: 2_000 });
    await clock.advance(2_000);
    expect(await outcome).toMatchObject({ status: 'unreachable' });
    await expect(outcome.then((settled) => settled.orThrow())).rejects.toMatchObject({
      code: 'ERR_LUBDUB_PING_FAILED',
    });
  });

  it('keeps a fail through an hour of outage and says when it happened', async () => {
    const { clock, transport, heartbeat, told } = createEngine();
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).fail(new Error('x'));
    await clock.advance(hour);
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    expect(told().at(-1)).toMatchObject({ state: 'fail' });
    expect(told().at(-1)?.text).toMatch(
      /happened 2026-01-01T00:00:0\dZ|happened 2026-01-01T00:00:00.000Z, sent 6\d min later/u,
    );
    expect(heartbeat.stats().providers[0]?.pending).toBe(0);
  });
});

describe('staleness', () => {
  it('withholds a success that is older than five minutes, and counts it', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(5 * 60_000 + 1_000);
    const before = transport.requests.length;
    transport.answerWith(() => respond(200));
    await clock.advance(120_000);
    expect(transport.requests.slice(before)).toEqual([]);
    expect(heartbeat.stats().providers[0]?.dropped).toEqual({ stale: 1 });
  });

  it('takes the declared grace of the monitor instead', async () => {
    const provider = plainProvider({}, { monitors: { a: { graceMs: 2 * hour } } });
    const { clock, transport, heartbeat, words } = createEngine({ provider });
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).success();
    await clock.advance(hour);
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    expect(words().at(-1)).toBe('a success');
    expect(heartbeat.stats().providers[0]?.outcomes).toEqual({ accepted: 1 });
  });

  it('sees by the wall clock that the machine slept', async () => {
    const { clock, transport, heartbeat } = createEngine();
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a', { sendStart: false }).success();
    await clock.settle();
    clock.jumpWall(hour);
    await clock.advance(60_000);
    expect(heartbeat.stats().providers[0]?.dropped).toEqual({ stale: 1 });
  });

  it('sends everything in order to a service that takes the time', async () => {
    const { clock, transport, heartbeat, words } = createEngine({
      provider: plainProvider({ clientTimestamp: true }),
    });
    transport.answerWith(() => failWith('refused'));
    heartbeat.start('a').success();
    await clock.advance(hour);
    const before = transport.requests.length;
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    expect(words().slice(before).at(-1)).toBe('a success');
    expect(heartbeat.stats().providers[0]?.dropped['stale']).toBeUndefined();
  });
});

describe('breaker', () => {
  it('leaves a service alone that is down, probes it, and closes again', async () => {
    const { clock, transport, heartbeat } = createEngine();
    const told: string[] = [];
    heartbeat.on('breaker-opened', () => told.push('opened'));
    heartbeat.on('breaker-closed', () => told.push('closed'));
    transport.answerWith(() => failWith('refused'));
    for (let index = 0; index < 100; index += 1)
      heartbeat.start(`job-${index}`, { sendStart: false }).fail();
    await clock.advance(10 * 60_000);
    // Five failures in a row open it (ten were on the wire); then one probe at most every 15 to 30 seconds.
    expect(transport.requests.length).toBeLessThan(60);
    expect(told).toEqual(['opened']);
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    expect(told).toEqual(['opened', 'closed']);
    expect(heartbeat.stats().pending).toBe(0);
  });

  it('does not trample a service that comes back', async () => {
    const { clock, transport, heartbeat } = createEngine({ concurrency: 100 });
    transport.answerWith(() => failWith('refused'));
    for (let index = 0; index < 500; index += 1)
      heartbeat.start(`job-${index}`, { sendStart: false }).fail();
    await clock.advance(60_000);
    transport.answerWith(() => undefined);
    await clock.advance(60_000);
    expect(transport.hanging).toBe(1);
    transport.release(respond(200));
    await clock.settle();
    expect(transport.hanging).toBeLessThanOrEqual(2);
  });
});

describe('timers', () => {
  it('are few while requests hang and the breaker is open', async () => {
    const clock = createManualClock();
    let armed = 0;
    const counted = {
      ...clock,
      setTimer: (callback: () => void, delayMs: number, hold?: boolean) => {
        armed += 1;
        return clock.setTimer(callback, delayMs, hold);
      },
    };
    const { transport, heartbeat } = createEngine({ clock: counted });
    transport.answerWith((_request, index) => (index < 8 ? undefined : failWith('refused')));
    for (let index = 0; index < 100; index += 1) {
      heartbeat.start(`job-${index}`, { sendStart: false }).fail();
    }
    await clock.settle();
    for (let index = 0; index < 5; index += 1) transport.release(failWith('timeout'));
    await clock.advance(60_000);
    expect(transport.hanging).toBe(3);
    expect(armed).toBeLessThan(50);
  });
});

describe('fan-out', () => {
  it('lets no provider hold another up', async () => {
    const slow = plainProvider(
      {},
      {
        name: 'slow',
        origins: ['https://slow.example'],
        toRequest: () => ({ method: 'GET', url: 'https://slow.example/' }),
      },
    );
    const { clock, transport, heartbeat } = createEngine({ provider: [slow, plainProvider()] });
    transport.answerWith(({ url }) => (url.startsWith('https://slow') ? undefined : respond(200)));
    for (let index = 0; index < 20; index += 1) heartbeat.run(`a${index}`, () => 1);
    await clock.advance(1_000);
    const [slowStats, plainStats] = heartbeat.stats().providers;
    expect(plainStats?.outcomes).toEqual({ accepted: 40 });
    expect(slowStats?.pending).toBe(40);
  });

  it('reports the worst of the providers, and each', async () => {
    const bad = plainProvider(
      {},
      {
        name: 'bad',
        origins: ['https://bad.example'],
        toRequest: () => ({ method: 'GET', url: 'https://bad.example/' }),
      },
    );
    const { clock, transport, heartbeat } = createEngine({ provider: [bad, plainProvider()] });
    transport.answerWith(({ url }) =>
      url.startsWith('https://bad') ? respond(403) : respond(200),
    );
    const outcome = heartbeat.ping('a');
    await clock.settle();
    expect(await outcome).toMatchObject({
      status: 'rejected',
      providers: [
        { provider: 'bad', status: 'rejected' },
        { provider: 'plain', status: 'accepted' },
      ],
    });
  });

  it('sends no state that a service lacks', async () => {
    const { clock, heartbeat, words } = createEngine({
      provider: plainProvider({ states: ['success'] }),
    });
    heartbeat.start('a').fail();
    heartbeat.run('a', () => 1);
    await clock.settle();
    expect(words()).toEqual(['a success']);
    expect(heartbeat.stats().providers[0]?.dropped).toEqual({ unsupported: 3 });
  });
});

describe('pacing', () => {
  const limited = plainProvider({ rateLimits: [{ count: 5, windowMs: 60_000, per: 'monitor' }] });

  it('never exceeds the limit of the service in any window', async () => {
    const { clock, transport, heartbeat } = createEngine({ provider: limited });
    const sentMs: number[] = [];
    transport.answerWith(() => {
      sentMs.push(clock.monotonicMs());
      return respond(200);
    });
    for (let index = 0; index < 200; index += 1) {
      if (index % 3 === 0) heartbeat.start('a').fail();
      else heartbeat.run('a', () => 1);
      // oxlint-disable-next-line no-await-in-loop -- time passes
      await clock.advance(1_000);
    }
    for (const at of sentMs)
      expect(
        sentMs.filter((other) => other > at - 60_000 && other <= at).length,
      ).toBeLessThanOrEqual(5);
    expect(sentMs.length).toBeGreaterThan(10);
  });

  it('merges the successes of runs over the limit, with their count, and loses none', async () => {
    const { clock, heartbeat, told } = createEngine({
      provider: plainProvider({
        rateLimits: [{ count: 5, windowMs: 60_000, per: 'monitor' }],
        count: true,
      }),
    });
    for (let index = 0; index < 100; index += 1) heartbeat.run('a', () => 1);
    await clock.advance(300_000);
    const successes = told().filter(({ state }) => state === 'success');
    expect(successes.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    expect(told().length).toBeLessThanOrEqual(10);
  });

  it('never merges the end of a run whose start was sent', async () => {
    const { clock, heartbeat, told } = createEngine({ provider: limited });
    const first = heartbeat.start('a');
    await clock.settle();
    for (let index = 0; index < 20; index += 1) heartbeat.run('a', () => 1);
    first.success();
    await clock.advance(600_000);
    const startedRuns = told()
      .filter(({ state }) => state === 'start')
      .map(({ run }) => run);
    const endedRuns = told()
      .filter(({ state }) => state === 'success')
      .map(({ run }) => run);
    for (const run of startedRuns) expect(endedRuns).toContain(run);
  });

  it('keeps a place free for a fail', async () => {
    const { clock, heartbeat, words } = createEngine({ provider: limited });
    for (let index = 0; index < 50; index += 1) heartbeat.run('a', () => 1);
    await clock.settle();
    expect(words()).toHaveLength(4);
    heartbeat.start('a').fail();
    await clock.settle();
    expect(words()).toHaveLength(5);
  });
});

describe('a full queue', () => {
  it('stays within its bounds and loses no fail of a different monitor', async () => {
    const { clock, transport, heartbeat } = createEngine({ queue: { maxPings: 100 } });
    transport.answerWith(() => failWith('refused'));
    for (let index = 0; index < 50; index += 1) heartbeat.start(`failing-${index}`).fail();
    for (let index = 0; index < 10_000; index += 1) {
      const run = heartbeat.start('busy');
      run.log('half way');
      run.success();
    }
    await clock.settle();
    expect(heartbeat.stats().pending).toBeLessThanOrEqual(100);
    transport.answerWith(() => respond(200));
    await clock.advance(120_000);
    const failed = new Set(
      transport.requests.filter(({ url }) => url.endsWith('/fail')).map(({ url }) => url),
    );
    expect(failed.size).toBe(50);
  });

  it('stays within its bounds while a request of the busy monitor itself hangs', async () => {
    const { clock, transport, heartbeat } = createEngine({ queue: { maxPings: 100 } });
    transport.answerWith(() => undefined);
    heartbeat.run('busy', () => 1);
    await clock.settle();
    for (let index = 0; index < 5_000; index += 1) heartbeat.run('busy', () => 1);
    expect(transport.hanging).toBe(1);
    expect(heartbeat.stats().pending).toBeLessThanOrEqual(100);
  });

  it('merges repeated fails of one monitor with their count', async () => {
    const { clock, transport, heartbeat, told } = createEngine({ queue: { maxPings: 50 } });
    transport.answerWith(() => undefined);
    for (let index = 0; index < 1_000; index += 1)
      heartbeat.start('a', { sendStart: false }).fail();
    await clock.settle();
    transport.answerWith(() => respond(200));
    transport.release(respond(200));
    await clock.advance(1_000);
    const counts = told().map(({ text }) => Number(/(\d+) runs/u.exec(text ?? '')?.[1] ?? 1));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000);
  });

  it('settles every ping with an outcome, a reason and a counter', async () => {
    const { clock, transport, heartbeat } = createEngine({ queue: { maxPings: 20 } });
    transport.answerWith(() => failWith('timeout'));
    for (let index = 0; index < 500; index += 1) {
      const run = heartbeat.start(`job-${index % 7}`);
      if (index % 5 === 0) run.fail();
      else run.success();
    }
    await clock.advance(25 * hour);
    const { pings, pending, providers } = heartbeat.stats();
    const [plain] = providers;
    const settled = Object.values(plain?.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
    expect(pending).toBe(0);
    expect(settled).toBe(pings);
    expect(Object.values(plain?.dropped ?? {}).reduce((sum, count) => sum + count, 0)).toBe(
      plain?.outcomes.dropped,
    );
  });
});
