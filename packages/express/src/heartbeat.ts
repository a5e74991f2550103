import type { IncomingMessage } from 'node:http';
import type { Run } from '@lubdub/core';
import { rememberError, type RequestKey, RouteHeartbeat, runOf } from '@lubdub/core/http';
import type { RouteHeartbeatOptions } from '@lubdub/core/http';
import { routeLabel } from './route-label.ts';
import type { ExpressRequest, HeartbeatErrorMiddleware, HeartbeatMiddleware } from './types.ts';

/** True for the prototype that Express gives an app's requests (`app.request`, made to be extended). */
const isOfApp = (prototype: object): boolean => Object.hasOwn(prototype, 'app');

const accessor: PropertyDescriptor & ThisType<IncomingMessage> = {
  configurable: true,
  get() {
    return runOf(this);
  },
  set(value: unknown) {
    Object.defineProperty(this, 'heartbeat', { value, writable: true, configurable: true });
  },
};

/** Makes the run `request.heartbeat`, once for the app: a property for each request costs more than all the rest of the run. */
const createShow = (): ((request: IncomingMessage, run: Run) => void) => {
  let shownBy: object | undefined;
  return (request, run) => {
    const prototype = Object.getPrototypeOf(request) as object;
    if (prototype === shownBy) return;
    if (!isOfApp(prototype)) {
      (request as ExpressRequest).heartbeat = run;
      return;
    }
    if (!('heartbeat' in request)) Object.defineProperty(prototype, 'heartbeat', accessor);
    shownBy = prototype;
  };
};

/**
 * Makes every request that passes a run of a monitor: start on entry, one terminal by the final status, an abort, a timeout or
 * an error. Put it before the handler of a route, or on a router or the app with a function that gives the key. The run is
 * `request.heartbeat`.
 *
 * Express 4 does not see the rejection of an async handler: the request, and the run, stay open until the client leaves. Give
 * `maxDurationMs`.
 *
 * @throws LubdubError when the key or an option has the wrong form.
 *
 * @example
 * app.post('/jobs/nightly', heartbeat('nightly-backup'), handler);
 * app.use('/jobs', heartbeat((request) => jobs[request.path] ?? false));
 */
export const heartbeat = <Request extends IncomingMessage = ExpressRequest>(
  key: RequestKey<Request>,
  options: RouteHeartbeatOptions = {},
): HeartbeatMiddleware => {
  const route = new RouteHeartbeat<Request>(key, options, { route: routeLabel });
  const show = createShow();
  return (request, response, next) => {
    const run = route.begin(request as Request, request, response);
    if (run !== undefined) show(request, run);
    next();
  };
};

/**
 * An error hook that remembers the error for the run's fail and passes it on: without it a fail says only the status. Put it
 * before the app's own error middleware.
 *
 * @example
 * app.use(heartbeatErrors());
 */
export const heartbeatErrors =
  (): HeartbeatErrorMiddleware =>
  // eslint-disable-next-line max-params
  (error, request, _response, next) => {
    rememberError(request, error);
    next(error);
  };
