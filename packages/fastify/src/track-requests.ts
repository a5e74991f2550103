import { RequestTracker, type TrackRequestsOptions } from '@lubdub/core/http';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

const plugin: FastifyPluginAsync<TrackRequestsOptions> = async (fastify, options) => {
  const tracker = new RequestTracker<FastifyRequest>(options, {
    route: (request) => request.routeOptions.url,
  });
  fastify.addHook('onRequest', (request, reply, next) => {
    tracker.follow(request, request.raw, reply.raw, request.originalUrl);
    next();
  });
};

/**
 * A plugin that sends every request as one row of request analytics, to providers that take them (PeekAPI): method, route,
 * status, time, sizes and consumer. The path is the route's pattern; where no route answered, the path of the URL.
 *
 * @throws LubdubError at registration, for options of the wrong form.
 *
 * @example
 * await app.register(trackRequests, { ignore: ['/healthz'] });
 */
export const trackRequests: FastifyPluginAsync<TrackRequestsOptions> = fp(plugin, {
  name: '@lubdub/fastify/track-requests',
  fastify: '5.x',
});
