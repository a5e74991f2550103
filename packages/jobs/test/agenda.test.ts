import { type Agenda, backoffStrategies, type Job } from 'agenda';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withHeartbeat } from '../src/agenda.ts';
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

describe.each(backends)('withHeartbeat for Agenda on %s', (_name, answers, open) => {
  describe.skipIf(!answers)('where it answers', () => {
    let space: AgendaSpace;
    let agenda: Agenda;
    let recorded: Recorded;
    beforeEach(() => {
      space = openSpace(open);
      agenda = space.agenda();
      recorded = createRecorded();
    });
    afterEach(async () => {
      await space.close();
      await recorded.client.close(100);
    });
    const options = (): { client: Recorded['client'] } => ({ client: recorded.client });
    const runIds = async (): Promise<number> =>
      new Set((await recorded.pings()).map(({ runId }) => runId)).size;
    const runNow = async (event = 'complete'): Promise<void> => {
      const ended = next(agenda, event);
      await agenda.start();
      await agenda.now('report', {});
      await ended;
    };

    it('tells a promise handler, with the job name as default key', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(async (_job: Job) => undefined, options()),
      );
      await runNow();
      const pings = await recorded.pings();
      expect(pings.map(({ key, state }) => `${key}:${state}`)).toEqual([
        'report:start',
        'report:success',
      ]);
      expect(pings[1]?.metadata).toMatchObject({ job: 'report', attempt: 1 });
    });

    it('tells a synchronous handler that throws', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          (_job: Job): Promise<void> => {
            throw new Error('no');
          },
          options(),
        ),
      );
      await runNow();
      expect(await recorded.states()).toEqual(['k:start', 'k:fail']);
    });

    it('keeps the two parameters by which Agenda knows a done handler, and ends the run at done', async () => {
      let doneLater = (): void => undefined;
      const handler = withHeartbeat(
        'k',
        (_job: Job, done: (error?: Error) => void) => {
          doneLater = () => done();
        },
        options(),
      );
      expect(handler.length).toBe(2);
      define(agenda, 'report', handler);
      const started = next(agenda, 'start');
      const ended = next(agenda, 'complete');
      await agenda.start();
      await agenda.now('report', {});
      await started;
      await eventually(async () => expect(await recorded.states()).toEqual(['k:start']));
      doneLater();
      await ended;
      expect(await recorded.states()).toEqual(['k:start', 'k:success']);
    });

    it.each([
      ['an Error', new Error('no'), 'k:fail'],
      ['a string', 'no', 'k:fail'],
      ['an empty string, which Agenda takes for none', '', 'k:success'],
    ])('done with %s', async (_what, error, end) => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          (_job: Job, done: (error?: Error) => void) => done(error as Error),
          options(),
        ),
      );
      await runNow();
      expect(await recorded.states()).toEqual(['k:start', end]);
    });

    it('takes the rejection of a done handler for a fail, its resolution for nothing', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          async (_job: Job, _done: () => void) => Promise.reject(new Error('no')),
          options(),
        ),
      );
      await runNow();
      expect(await recorded.states()).toEqual(['k:start', 'k:fail']);
    });

    it('counts only the first end of a done handler', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          (_job: Job, done: (error?: Error) => void) => {
            done();
            done(new Error('late'));
          },
          options(),
        ),
      );
      await runNow();
      expect(await recorded.states()).toEqual(['k:start', 'k:success']);
    });

    it('tells one fail at retry exhausted, under one run id', async () => {
      define(
        agenda,
        'report',
        withHeartbeat('k', async (_job: Job) => Promise.reject(new Error('no')), options()),
        {
          backoff: backoffStrategies.constant({ delay: 10, maxRetries: 2 }),
        },
      );
      await runNow('retry exhausted');
      expect(await recorded.states()).toEqual(['k:start', 'k:log', 'k:log', 'k:log', 'k:fail']);
      expect(await runIds()).toBe(1);
    });

    it('tells no fail when a retry succeeds', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          async (job: Job) => {
            if (!job.attrs.failCount) throw new Error('no');
          },
          options(),
        ),
        { backoff: backoffStrategies.constant({ delay: 10, maxRetries: 2 }) },
      );
      await runNow('success');
      expect(await recorded.states()).toEqual(['k:start', 'k:log', 'k:success']);
      expect(await runIds()).toBe(1);
    });

    it('does not call the backoff strategy itself', async () => {
      const backoff = vi.fn<() => null>(() => null);
      define(
        agenda,
        'report',
        withHeartbeat('k', async (_job: Job) => Promise.reject(new Error('no')), options()),
        {
          backoff,
        },
      );
      await runNow();
      expect(backoff).toHaveBeenCalledTimes(1);
      expect(await recorded.states()).toEqual(['k:start', 'k:log', 'k:fail']);
    });

    it('tells an expired lock once as lock-expired, and the concurrent rerun as a run of its own', async () => {
      let calls = 0;
      let release = (): void => undefined;
      const abandoned = new Promise<void>((resolve) => (release = resolve));
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          async (job: Job) => {
            calls += 1;
            if (calls > 1) return;
            await loseLock(agenda, job);
            await abandoned;
          },
          options(),
        ),
        { lockLifetime },
      );
      const expired = next(agenda, 'error');
      await agenda.start();
      const rerun = next(agenda, 'success');
      await agenda.now('report', {});
      await expired;
      await rerun;
      const late = next(agenda, 'success');
      release();
      await late;
      const pings = await recorded.pings();
      expect(pings.filter(({ state }) => state === 'fail')).toEqual([
        expect.objectContaining({ reason: 'lock-expired' }),
      ]);
      expect(pings.filter(({ state }) => state === 'success').length).toBe(calls - 1);
      const failed = pings.find(({ state }) => state === 'fail')?.runId;
      expect(pings.filter(({ runId }) => runId === failed).map(({ state }) => state)).toEqual([
        'start',
        'fail',
      ]);
    });

    it('takes touch for a sign of life', async () => {
      define(
        agenda,
        'report',
        withHeartbeat(
          'k',
          async (job: Job) => {
            await job.touch(50);
          },
          options(),
        ),
      );
      await runNow();
      const log = (await recorded.pings()).find(({ state }) => state === 'log');
      expect(log?.message).toBe('alive');
      expect(await recorded.states()).toEqual(['k:start', 'k:log', 'k:success']);
    });

    it.each([
      ['3 seconds', { intervalMs: 3_000 }],
      [3_000, { intervalMs: 3_000 }],
      ['0 3 * * *', { schedule: '0 3 * * *', timezone: 'Asia/Tokyo' }],
    ])('takes the schedule from the repeatInterval %s', async (interval, schedule) => {
      const declare = vi.spyOn(recorded.client, 'declare');
      define(
        agenda,
        'report',
        withHeartbeat('k', async (_job: Job) => undefined, options()),
      );
      const ended = next(agenda, 'complete');
      await agenda.start();
      const job = await agenda.every(interval, 'report', {}, { timezone: 'Asia/Tokyo' });
      job.schedule(new Date());
      await job.save();
      await ended;
      expect(declare).toHaveBeenCalledWith('k', schedule);
    });
  });
});
