import { randomUUID } from 'node:crypto';
import { Logger, makeWorkerUtils, run, type Task } from 'graphile-worker';
import { PgBoss } from 'pg-boss';
import { eventually } from '@lubdub/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withHeartbeat as forGraphile } from '../src/graphile-worker.ts';
import { withHeartbeat as forPgBoss } from '../src/pg-boss.ts';
import { databaseUrl, postgresAnswers, sql } from './support/postgres.ts';
import { createRecorded, type Recorded } from './support/recorded.ts';

let recorded: Recorded;
let schema: string;
beforeEach(() => {
  recorded = createRecorded();
  schema = `jobs_${randomUUID().replaceAll('-', '')}`;
});
afterEach(async () => {
  await recorded.client.close(100);
  await sql(`drop schema if exists ${schema} cascade`);
});
const options = (): { client: Recorded['client'] } => ({ client: recorded.client });
const byRun = async (): Promise<readonly string[]> => {
  const runs = new Map<string, string[]>();
  for (const { runId, state } of await recorded.pings())
    runs.set(runId, [...(runs.get(runId) ?? []), state]);
  return [...runs.values()].map((states) => states.join(' ')).toSorted();
};
/** The runs, once as many pings as these states have went out. */
const runsLike = async (states: readonly string[]): Promise<readonly string[]> => {
  const total = states.join(' ').split(' ').length;
  await eventually(async () => expect((await recorded.pings()).length).toBe(total));
  return byRun();
};

describe.skipIf(!postgresAnswers)('pg-boss', () => {
  let boss: PgBoss;
  beforeEach(async () => {
    boss = new PgBoss({ connectionString: databaseUrl, schema, schedule: false, supervise: false });
    boss.on('error', () => undefined);
    await boss.start();
  });
  afterEach(() => boss.stop({ graceful: false }));
  const queue = async (jobs: number, retryLimit: number): Promise<void> => {
    await boss.createQueue('mail');
    for (let sent = 0; sent < jobs; sent += 1)
      await boss.send('mail', { sent }, { retryLimit, retryDelay: 0 });
  };
  const quick = { pollingIntervalSeconds: 0.5, includeMetadata: true } as const;

  it('makes a run of each job of a batch, under the name of the queue', async () => {
    await queue(3, 0);
    await boss.work(
      'mail',
      { ...quick, batchSize: 3 },
      forPgBoss(async (_jobs: unknown[]) => 'ok', options()),
    );
    const states = ['start success', 'start success', 'start success'];
    expect(await runsLike(states)).toEqual(states);
    expect(new Set((await recorded.pings()).map(({ key }) => key))).toEqual(new Set(['mail']));
  });

  it('reads perJobResults, which report failures without throwing', async () => {
    await queue(3, 0);
    await boss.work(
      'mail',
      { ...quick, batchSize: 3, perJobResults: true },
      forPgBoss(
        'k',
        async (jobs: { id: string }[]) =>
          jobs.slice(0, 2).map(({ id }, index) => ({
            id,
            status: index === 0 ? ('completed' as const) : ('failed' as const),
          })),
        { ...options(), perJobResults: true },
      ),
    );
    const states = ['start fail', 'start fail', 'start success'];
    expect(await runsLike(states)).toEqual(states);
  });

  it('tells one fail over all attempts, at the last', async () => {
    await queue(1, 1);
    await boss.work(
      'mail',
      quick,
      forPgBoss(async (_jobs: unknown[]) => Promise.reject(new Error('no')), options()),
    );
    const states = ['start log fail'];
    expect(await runsLike(states)).toEqual(states);
  });

  it('tells each attempt on its own where it cannot see how many are left', async () => {
    await queue(1, 1);
    await boss.work(
      'mail',
      { pollingIntervalSeconds: 0.5 },
      forPgBoss(async (_jobs: unknown[]) => Promise.reject(new Error('no')), options()),
    );
    const states = ['start fail', 'start fail'];
    expect(await runsLike(states)).toEqual(states);
  });

  it('is told the retryLimit then', async () => {
    await queue(1, 1);
    await boss.work(
      'mail',
      { pollingIntervalSeconds: 0.5 },
      forPgBoss(async (_jobs: unknown[]) => Promise.reject(new Error('no')), {
        ...options(),
        retryLimit: 1,
      }),
    );
    const states = ['start log fail'];
    expect(await runsLike(states)).toEqual(states);
  });
});

describe.skipIf(!postgresAnswers)('graphile-worker', () => {
  const quiet = new Logger(() => () => undefined);
  const work = async (
    task: Task,
    payload: unknown,
    maxAttempts: number,
    states: readonly string[],
  ): Promise<readonly string[]> => {
    const utils = await makeWorkerUtils({ connectionString: databaseUrl, schema, logger: quiet });
    await utils.migrate();
    const { id } = await utils.addJob('mail', payload, { maxAttempts });
    const runner = await run({
      connectionString: databaseUrl,
      schema,
      logger: quiet,
      pollInterval: 100,
      noHandleSignals: true,
      taskList: { mail: task },
    });
    let asked: Promise<unknown> = Promise.resolve();
    const soon = setInterval(() => {
      asked = asked.then(() => utils.rescheduleJobs([id], { runAt: new Date() }));
    }, 100);
    try {
      return await runsLike(states);
    } finally {
      clearInterval(soon);
      await asked;
      await runner.stop();
      await utils.release();
    }
  };

  it('tells a task under its identifier', async () => {
    const states = ['start success'];
    expect(
      await work(
        forGraphile(async () => undefined, options()),
        {},
        1,
        states,
      ),
    ).toEqual(states);
    const [start] = await recorded.pings();
    expect(start).toMatchObject({
      key: 'mail',
      metadata: { task: 'mail', attempt: 1, attempts: 1 },
    });
  });

  it('tells one fail over all attempts, at the last', async () => {
    const states = ['start log fail'];
    expect(
      await work(
        forGraphile(() => Promise.reject(new Error('no')), options()),
        {},
        2,
        states,
      ),
    ).toEqual(states);
  });

  it('takes an array of promises for the end of a batch job, which fails if one rejects', async () => {
    const task = async (payload: unknown): Promise<Promise<unknown>[]> =>
      (payload as number[]).map(async (item) => {
        await new Promise(setImmediate);
        if (item === 2) throw new Error('no');
      });
    const states = ['start fail'];
    expect(await work(forGraphile('k', task as Task, options()), [1, 2, 3], 1, states)).toEqual(
      states,
    );
    expect((await recorded.pings())[1]?.message).toBe('Error: no');
  });

  it('ends a batch job well when all its promises do', async () => {
    const task = async (payload: unknown): Promise<unknown> =>
      (payload as number[]).map(async () => undefined);
    const states = ['start success'];
    expect(await work(forGraphile('k', task as Task, options()), [1, 2], 1, states)).toEqual(
      states,
    );
  });
});
