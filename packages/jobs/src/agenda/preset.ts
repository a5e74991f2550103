import type { RunEnd } from '@lubdub/core';
import { Claims } from '../claims.ts';
import { clientOf } from '../find-client.ts';
import type { JobOptions, JobPreset } from '../preset.ts';
import {
  agendaOf,
  type AgendaJob,
  defaultKey,
  planRun,
  retries,
  scheduleOf,
  watchJob,
} from './job.ts';
import { retriesOf } from './retries.ts';

/** Jobs that `monitorAgenda` tells. */
export const claims: Claims = new Claims();

const jobOf = (args: readonly unknown[]): AgendaJob => args[0] as AgendaJob;

/** Agenda takes any falsy first argument of `done` for no error. */
const doneWell = ({ error, args }: RunEnd): boolean =>
  args.length >= 2 && (error === '' || error === 0 || error === false);

const classifyEnd = (
  end: RunEnd,
  options: JobOptions,
): 'success' | 'fail' | 'deferred' | undefined => {
  if (!end.threw) return undefined;
  if (doneWell(end)) return 'success';
  const job = jobOf(end.args);
  const agenda = agendaOf(job);
  // A lock that expired is the end of this run, whatever Agenda does next.
  const canceled = (job as { canceled?: unknown }).canceled;
  if (agenda === undefined || !retries(job, agenda) || canceled !== undefined) return 'fail';
  const { run } = end;
  run.defer(`attempt ${(job.attrs.failCount ?? 0) + 1} failed`);
  retriesOf(agenda).await(job, { client: clientOf(options.client), key: run.key, runId: run.id });
  return 'deferred';
};

/** What calls of an Agenda handler mean. */
export const agendaPreset: JobPreset = {
  runner: 'Agenda',
  insteadOfFunction: 'It takes the handler that is given to agenda.define().',
  defaultKey: ({ args }) => defaultKey(jobOf(args)),
  forJob: (handler) => (handler.length === 2 ? { callbackIndex: 1 } : {}),
  perCall({ args }, _handler, _options, key) {
    const job = jobOf(args);
    const agenda = agendaOf(job);
    const mayRetry = retries(job, agenda);
    const continued =
      mayRetry && agenda !== undefined && key !== undefined
        ? retriesOf(agenda).continuedBy(job, key)
        : undefined;
    return planRun(job, mayRetry, continued);
  },
  classify: classifyEnd,
  onRun: (run, { args }) => watchJob(jobOf(args), run),
  schedule: ({ args }) => scheduleOf(jobOf(args)),
  bypass: ({ args }, key) => claims.taken(args[0], key, 'monitorAgenda'),
};
