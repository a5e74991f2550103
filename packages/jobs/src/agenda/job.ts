import type { MonitorDeclaration, Run, RunOptions } from '@lubdub/core';
import { cronSchedule } from '../schedule-text.ts';

/** What is read of an Agenda job; Agenda 6 fits. */
export interface AgendaJob {
  readonly attrs: {
    readonly _id?: unknown;
    readonly name: string;
    readonly failCount?: number | null | undefined;
    readonly repeatInterval?: number | string | undefined;
    readonly repeatTimezone?: string | undefined;
    readonly lastRunAt?: Date | null | undefined;
    readonly nextRunAt?: Date | null | undefined;
    readonly skipDays?: unknown;
    readonly startDate?: unknown;
    readonly endDate?: unknown;
  };
}

type Listener = (...args: unknown[]) => void;

/** What is used of an Agenda. */
export interface AgendaLike {
  readonly definitions: Readonly<Record<string, { readonly backoff?: unknown } | undefined>>;
  on(name: never, listener: never): unknown;
  off(name: never, listener: never): unknown;
}

/** An Agenda as the emitter it is. */
export interface AgendaEmitter {
  on(name: string, listener: Listener): void;
  off(name: string, listener: Listener): void;
}

/** Agenda's name of the job. */
export const defaultKey = (job: AgendaJob): string => job.attrs.name;

/** The job's id as text. */
export const idOf = (job: AgendaJob): string => String(job.attrs._id);

/** The Agenda that runs a job; undefined in a forked worker, whose parent decides what becomes of it. */
export const agendaOf = (job: AgendaJob): AgendaLike | undefined => {
  const { agenda } = job as unknown as {
    agenda?: Partial<AgendaLike> & { forkedWorker?: unknown };
  };
  if (agenda === undefined || agenda.forkedWorker === true) return undefined;
  return typeof agenda.on === 'function' && agenda.definitions !== undefined
    ? (agenda as AgendaLike)
    : undefined;
};

/** Will Agenda's backoff strategy be asked when the job fails? */
export const retries = (job: AgendaJob, agenda: AgendaLike | undefined): boolean =>
  typeof agenda?.definitions[job.attrs.name]?.backoff === 'function';

/** The options of the run that begins; `runId` of the run that it continues, if it is a retry. */
export const planRun = (
  job: AgendaJob,
  mayRetry: boolean,
  continued: string | undefined,
): RunOptions => ({
  ...(continued === undefined
    ? { sendStart: mayRetry ? 'unlimited' : true }
    : { runId: continued, sendStart: false }),
  metadata: { job: job.attrs.name, jobId: idOf(job), attempt: (job.attrs.failCount ?? 0) + 1 },
});

/** Replaces a method on this one job by one that does something first. */
const before = (job: object, name: string, first: (args: readonly unknown[]) => void): void => {
  const original: unknown = Reflect.get(job, name);
  if (typeof original !== 'function') return;
  Reflect.defineProperty(job, name, {
    configurable: true,
    enumerable: false,
    writable: true,
    value: new Proxy(original as (...args: unknown[]) => unknown, {
      apply(target, self, args: unknown[]) {
        first(args);
        return Reflect.apply(target, self, args);
      },
    }),
  });
};

const lockLost = /canceled, (?:execution took more than|no lockedAt date)/u;

/**
 * Hears what Agenda only tells the job itself: `touch` is a sign of life, `cancel` comes when the lock expired and the job is
 * about to run a second time beside this one.
 */
export const watchJob = (job: AgendaJob, run: Run): void => {
  before(job, 'touch', () => run.alive());
  before(job, 'cancel', ([error]) => {
    const message: unknown = (error as { message?: unknown } | undefined)?.message;
    const expired = typeof message === 'string' && lockLost.test(message);
    run.fail(error, { reason: expired ? 'lock-expired' : 'canceled' });
  });
};

/**
 * The schedule of a repeating job. An interval in words is measured by what Agenda made of it; with date constraints that
 * would be wrong, so then there is none.
 */
export const scheduleOf = ({ attrs }: AgendaJob): MonitorDeclaration | undefined => {
  const { repeatInterval, repeatTimezone, lastRunAt, nextRunAt } = attrs;
  if (repeatInterval === undefined || repeatInterval === '') return undefined;
  const cron = cronSchedule(repeatInterval, repeatTimezone);
  if (cron !== undefined) return cron;
  const given = Number(repeatInterval);
  if (given > 0) return { intervalMs: given };
  const constrained = attrs.skipDays ?? attrs.startDate ?? attrs.endDate;
  if (!lastRunAt || !nextRunAt || (constrained !== undefined && constrained !== null))
    return undefined;
  const intervalMs = new Date(nextRunAt).getTime() - new Date(lastRunAt).getTime();
  return intervalMs > 0 ? { intervalMs } : undefined;
};
