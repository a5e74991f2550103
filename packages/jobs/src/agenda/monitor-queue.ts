import { LubdubError } from '@lubdub/core';
import { checkOptions, withMethods } from '../check.ts';
import { type ProgressOptions, progressRules, type Reading, watchProgress } from '../progress.ts';
import type { AgendaEmitter } from './job.ts';

interface JobView {
  readonly _id?: unknown;
  readonly lockedAt?: unknown;
  readonly progress?: unknown;
  readonly lastRunAt?: unknown;
  readonly nextRunAt?: unknown;
}

/** What is used of an Agenda to see whether its jobs get on. */
export interface AgendaQueue {
  getJobsOverview(): Promise<
    readonly { readonly name: string; readonly running: number; readonly queued: number }[]
  >;
  queryJobs(options?: never): Promise<{ readonly jobs: readonly JobView[] }>;
  on(name: never, listener: never): unknown;
  off(name: never, listener: never): unknown;
}

/** Options of {@link monitorQueue}. */
export interface MonitorAgendaQueueOptions extends ProgressOptions {
  /** Names of the jobs that count. Default: all. */
  readonly names?: readonly string[] | undefined;
}

/** Watched jobs. */
export interface AgendaQueueMonitor {
  /** Stops beating and listening. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

type Query = (options: {
  readonly state: string;
  readonly names?: readonly string[];
  readonly limit: number;
  readonly sort: { readonly nextRunAt: 'asc' };
}) => Promise<{ readonly jobs: readonly JobView[] }>;

const progressEvents = ['start', 'success', 'fail', 'complete', 'progress', 'retry'] as const;
const mostSeen = 20;

const look = async (
  agenda: AgendaQueue,
  names: readonly string[] | undefined,
): Promise<Reading> => {
  const overview = (await agenda.getJobsOverview()).filter(
    ({ name }) => names === undefined || names.includes(name),
  );
  const first = (state: string): ReturnType<Query> =>
    (agenda.queryJobs as unknown as Query).call(agenda, {
      state,
      limit: mostSeen,
      sort: { nextRunAt: 'asc' },
      ...(names === undefined ? {} : { names }),
    });
  const [running, queued] = await Promise.all([first('running'), first('queued')]);
  return {
    waiting: overview.reduce((sum, job) => sum + job.queued, 0),
    running: overview.reduce((sum, job) => sum + job.running, 0),
    // A touch moves lockedAt; a run moves lastRunAt. Jobs that are merely added come after those that are due.
    signature: JSON.stringify([
      running.jobs.map(({ _id, lockedAt, progress }) => [_id, lockedAt, progress]),
      queued.jobs[0] && [queued.jobs[0]._id, queued.jobs[0].lastRunAt],
    ]),
  };
};

/**
 * Beats for an Agenda only while its jobs get on, or while none is due: a job that hangs, a processor that was stopped, a
 * database that does not answer all end the beat. A `touch` is progress.
 *
 * @param key the monitor's key; the service should expect a beat every `intervalMs`
 * @returns a handle that stops it
 * @throws LubdubError for a wrong key, agenda or option
 */
export const monitorQueue = (
  key: string,
  agenda: AgendaQueue,
  options: MonitorAgendaQueueOptions = {},
): AgendaQueueMonitor => {
  const [takes, accepts] = withMethods('an Agenda', 'getJobsOverview', 'queryJobs', 'on', 'off');
  if (!accepts(agenda)) {
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_OPTION',
      `monitorQueue got ${typeof agenda} as its agenda; it takes ${takes}.`,
      { option: 'agenda' },
    );
  }
  const { names, ...progress } = options;
  checkOptions(options, {
    ...progressRules,
    names: ['a list of job names', (value) => Array.isArray(value)],
  });
  const monitor = watchProgress(key, progress, () => look(agenda, names));
  const emitter = agenda as unknown as AgendaEmitter;
  const moved = (): void => monitor.moved();
  for (const name of progressEvents) emitter.on(name, moved);
  const stop = (): void => {
    for (const name of progressEvents) emitter.off(name, moved);
    monitor.stop();
  };
  return { stop, [Symbol.dispose]: stop };
};
