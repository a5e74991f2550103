import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { RedisBackend } from '@agendajs/redis-backend';
import { createManualClock } from '@lubdub/core/testing';
import { Agenda, backoffStrategies, type Job } from 'agenda';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monitorAgenda, monitorQueue, withHeartbeat } from '../src/agenda.ts';
import {
  type AgendaSpace,
  backends,
  define,
  lockLifetime,
  loseLock,
  next,
  openSpace,
} from './support/agenda.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';
import { redisAnswers, redisUrl, removeKeys } from '@lubdub/test-kit/redis';

const minute = 60_000;

describe.each(backends)('monitorAgenda on %s', (_name, answers, open) => {
  describe.skipIf(!answers)('where it answers', () => {
    let space: AgendaSpace;
    let agenda: Agenda;
    let recorded: Recorded;
    beforeEach(() => {
      space = openSpace(open);
      agenda = space.agenda({ name: 'one' });
      recorded = createRecorded();
    });
    afterEach(async () => {
      await space.close();
      await recorded.client.close(100);
    });
    const run = async (name: string, event = 'complete'): Promise<void> => {
      const ended = next(agenda, event);
      await agenda.start();
      await agenda.now(name, {});
      await ended;
    };

    it('tells success, fail and the exhausted retry', async () => {
      monitorAgenda(agenda, { client: recorded.client });
      define(agenda, 'good', async () => undefined);
      define(agenda, 'bad', async () => Promise.reject(new Error('no')));
      define(agenda, 'retried', async () => Promise.reject(new Error('no')), {
        backoff: backoffStrategies.constant({ delay: 10, maxRetries: 1 }),
      });
      await run('good');
      await run('bad');
      await run('retried', 'retry exhausted');
      const states = await recorded.states();
      const of = (key: string): readonly string[] =>
        states
          .filter((state) => state.startsWith(`${key}:`))
          .map((state) => state.split(':')[1] ?? '');
      expect([of('good'), of('bad'), of('retried')]).toEqual([
        ['start', 'success'],
        ['start', 'fail'],
        ['start', 'log', 'fail'],
      ]);
      expect(recorded.client.stats().runs.open).toBe(0);
    });

    it('tells an expired lock once', async () => {
      monitorAgenda(agenda, { client: recorded.client, key: 'k' });
      let calls = 0;
      let release = (): void => undefined;
      const abandoned = new Promise<void>((resolve) => (release = resolve));
      define(
        agenda,
        'slow',
        async (job: Job) => {
          calls += 1;
          if (calls > 1) return;
          await loseLock(agenda, job);
          await abandoned;
        },
        { lockLifetime },
      );
      const expired = next(agenda, 'error');
      const rerun = next(agenda, 'success');
      await agenda.start();
      await agenda.now('slow', {});
      await expired;
      await rerun;
      const late = next(agenda, 'success');
      release();
      await late;
      const fails = (await recorded.pings()).filter(({ state }) => state === 'fail');
      expect(fails.map(({ reason }) => reason)).toEqual(['lock-expired']);
    });

    it('ignores the events that other processes send', async () => {
      await agenda.ready;
      const other = space.agenda({ name: 'two' });
      await other.ready;
      monitorAgenda(other, { client: recorded.client });
      define(agenda, 'good', async () => undefined);
      await other.start();
      const remote = next(other, 'complete');
      await run('good');
      expect((await remote).at(-1)).toBe(true);
      expect(await recorded.states()).toEqual([]);
    });

    it("does not let a throwing key function fail Agenda's job", async () => {
      monitorAgenda(agenda, {
        client: recorded.client,
        key: () => {
          throw new Error('no key');
        },
      });
      define(agenda, 'good', async () => undefined);
      await run('good', 'success');
      expect(await recorded.states()).toEqual([]);
    });

    it('refuses handlers that are wrapped under the same key, and warns where it cannot see that', async () => {
      define(
        agenda,
        'good',
        withHeartbeat(async (_job: Job) => undefined, { client: recorded.client }),
      );
      expect(() => monitorAgenda(agenda, { client: recorded.client })).toThrow(
        expect.objectContaining({ code: 'ERR_LUBDUB_WRAPPED_TWICE' }) as Error,
      );
      monitorAgenda(agenda, { client: recorded.client, key: () => 'good' });
      await run('good');
      expect(await recorded.states()).toEqual(['good:start', 'good:success']);
    });

    it('stops listening', async () => {
      const emitter = agenda as unknown as NodeJS.EventEmitter;
      monitorAgenda(agenda, { client: recorded.client }).stop();
      expect(emitter.listenerCount('start')).toBe(0);
      expect(emitter.listenerCount('success')).toBe(0);
    });

    it('refuses to tell an Agenda twice with one key, until the first is stopped', () => {
      const watch = (): { stop(): void } => monitorAgenda(agenda, { client: recorded.client });
      const first = watch();
      expect(watch).toThrow(
        'The Agenda is watched by monitorAgenda with the default monitor key already',
      );
      monitorAgenda(agenda, { client: recorded.client, key: 'k' }).stop();
      first.stop();
      expect(() => watch().stop()).not.toThrow();
    });

    it('beats only while jobs get on, and tells one that hangs', async () => {
      const clock = createManualClock();
      const timed = createRecorded({ clock });
      let looks = 0;
      const every = timed.client.every.bind(timed.client);
      vi.spyOn(timed.client, 'every').mockImplementation((key, options = {}) =>
        every(key, {
          ...options,
          check: async () => {
            const good = (await options.check?.()) === true;
            looks += 1;
            return good;
          },
        }),
      );
      let release = (): void => undefined;
      define(agenda, 'slow', () => new Promise<void>((resolve) => (release = resolve)));
      monitorQueue('agenda', agenda, { client: timed.client, clock, maxIdleMs: 3 * minute });
      const pass = async (minutes: number): Promise<void> => {
        for (let passed = 0; passed < minutes; passed += 1) {
          const before = looks;
          await clock.advance(minute);
          await eventually(() => expect(looks).toBeGreaterThan(before));
          await clock.settle();
        }
      };
      const told = (): readonly string[] =>
        timed.transport.requests.flatMap(({ body }) =>
          (JSON.parse(body ?? '{}') as { pings: { state: string }[] }).pings.map(
            ({ state }) => state,
          ),
        );
      await eventually(() => expect(looks).toBe(1));
      await pass(4);
      expect(told()).not.toContain('fail');
      const started = next(agenda, 'start');
      await agenda.start();
      await agenda.now('slow', {});
      await started;
      await eventually(async () => {
        const [overview] = await agenda.getJobsOverview();
        expect(overview?.running).toBe(1);
      });
      await pass(6);
      expect(told().filter((state) => state === 'fail')).toHaveLength(1);
      const silent = told().length;
      const ended = next(agenda, 'complete');
      release();
      await ended;
      await pass(2);
      expect(told().length).toBeGreaterThan(silent);
      expect(told().at(-1)).toBe('success');
    });
  });
});

describe.skipIf(!redisAnswers)('monitorAgenda and forked jobs', () => {
  it.each([
    ['no', 'success'],
    ['yes', 'fail'],
  ])('tells their end (fails: %s)', async (fails, end) => {
    const prefix = `lubdub-${randomUUID()}:`;
    const recorded = createRecorded();
    const agenda = new Agenda({
      backend: new RedisBackend({
        connectionString: redisUrl,
        keyPrefix: prefix,
        channelName: prefix,
      }),
      processEvery: 30,
      forkHelper: {
        path: fileURLToPath(new URL('fixtures/agenda-fork.mjs', import.meta.url)),
        options: {
          execArgv: [],
          env: { ...process.env, TEST_REDIS: redisUrl, TEST_PREFIX: prefix, TEST_FAILS: fails },
        },
      },
    });
    define(agenda, 'report', async () => undefined);
    monitorAgenda(agenda, { client: recorded.client });
    const ended = next(agenda, 'complete');
    await agenda.start();
    const job = agenda.create('report', {});
    job.forkMode(true);
    await job.save();
    await ended;
    await agenda.stop();
    await removeKeys(prefix);
    expect(await recorded.states()).toEqual(['report:start', `report:${end}`]);
  });
});

describe('monitorAgenda given something wrong', () => {
  it.each([
    ['no agenda', [{}]],
    ['a bad key', [{ on: () => 0, off: () => 0, definitions: {} }, { key: '' }]],
    ['an unknown option', [{ on: () => 0, off: () => 0, definitions: {} }, { colour: 1 }]],
  ])('throws a typed error for %s', (_what, args) => {
    expect(() => (monitorAgenda as (...given: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ name: 'LubdubError' }) as Error,
    );
  });
});
