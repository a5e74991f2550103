import type { Run } from '../run/run.ts';
import type { HttpRequest } from './message.ts';
import { observationOf } from './observation.ts';

/**
 * Remembers the error that a monitored request ran into, for the run's fail: frameworks tell it to their error hooks only. The
 * first error counts; one that comes after the connection was lost is a consequence, not the cause. A request that is answered
 * well all the same is a success.
 */
export const rememberError = (request: HttpRequest, error: unknown): void => {
  const observation = observationOf(request);
  if (observation === undefined || observation.caught !== undefined) return;
  if ((request.socket as { destroyed?: boolean } | undefined)?.destroyed === true) return;
  observation.caught = { error };
};

/** The run that stands for a request, the last where there are several; undefined when there is none. */
export const runOf = (request: HttpRequest): Run | undefined => observationOf(request)?.run;
