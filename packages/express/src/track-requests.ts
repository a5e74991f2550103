import { RequestTracker, type TrackRequestsOptions } from '@lubdub/core/http';
import { routeLabel } from './route-label.ts';
import type { ExpressRequest, HeartbeatMiddleware } from './types.ts';

/** Where the router is mounted, and the pattern below it; undefined when no route answered. */
const mountedLabel = (request: ExpressRequest): string | undefined => {
  const label = routeLabel(request);
  return label === undefined ? undefined : `${request.baseUrl ?? ''}${label}`;
};

/**
 * Sends every request as one row of request analytics, to providers that take them (PeekAPI): method, route, status, time,
 * sizes and consumer. The path is the route's pattern, under the concrete path where its router is mounted; where no route
 * answered, the path of the URL. Mount it first.
 *
 * @throws LubdubError for options of the wrong form.
 *
 * @example
 * app.use(trackRequests({ ignore: ['/healthz'] }));
 */
export const trackRequests = (options: TrackRequestsOptions = {}): HeartbeatMiddleware => {
  const tracker = new RequestTracker<ExpressRequest>(options, { route: mountedLabel });
  return (request, response, next) => {
    const { originalUrl } = request as ExpressRequest;
    tracker.follow(request as ExpressRequest, request, response, originalUrl);
    next();
  };
};
