import { findHeartbeat, getHeartbeat, LubdubError } from '@lubdub/core';
import {
  checkClosingOptions,
  checkRouteHeartbeatOptions,
  createServerLiveness,
  InFlight,
  rememberError,
  RouteHeartbeat,
} from '@lubdub/core/http';
import type { RouteHeartbeatOptions } from '@lubdub/core/http';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { HeartbeatPluginOptions, HeartbeatRoute } from './types.ts';

const name = '@lubdub/fastify';
const defaultTimeoutMs = 5_000;

/** Compiles what a route's config says; undefined when it is no run. */
const compile = (
  given: HeartbeatRoute | undefined,
  defaults: RouteHeartbeatOptions,
  inFlight: InFlight,
): RouteHeartbeat<FastifyRequest> | undefined => {
  if (given === undefined || given === false) return undefined;
  const { key, ...options } = typeof given === 'object' && given !== null ? given : { key: given };
  return new RouteHeartbeat<FastifyRequest>(
    key,
    { ...defaults, ...options },
    { route: (request) => request.routeOptions.url, inFlight },
  );
};

const plugin: FastifyPluginAsync<HeartbeatPluginOptions> = async (fastify, options) => {
  if (fastify.hasDecorator('heartbeat')) {
    throw new LubdubError(
      'ERR_LUBDUB_REGISTERED_TWICE',
      `${name} is registered already in this scope; register it once, on the instance whose routes it is to see.`,
    );
  }
  const { key, liveness, drainTimeoutMs, flushTimeoutMs, ...defaults } = options;
  checkRouteHeartbeatOptions(defaults);
  checkClosingOptions({ drainTimeoutMs, flushTimeoutMs });
  const inFlight = new InFlight();
  const fallback = compile(key, defaults, inFlight);
  const beat = liveness === undefined ? undefined : createServerLiveness(liveness, options.client);
  const compiled = new WeakMap<object, RouteHeartbeat<FastifyRequest> | undefined>();
  const routeOf = (config: object & { heartbeat?: HeartbeatRoute }) => {
    const known = compiled.get(config);
    if (known !== undefined || compiled.has(config)) return known;
    let route = fallback;
    try {
      if (config.heartbeat !== undefined) route = compile(config.heartbeat, defaults, inFlight);
    } catch (error) {
      route = undefined;
      process.emitWarning(error as Error);
    }
    compiled.set(config, route);
    return route;
  };

  fastify.decorate('heartbeat', { getter: () => options.client ?? getHeartbeat() });
  fastify.decorateRequest('heartbeat', null);
  fastify.addHook('onRoute', ({ config }) => {
    if (config?.heartbeat !== undefined) compile(config.heartbeat, defaults, inFlight);
  });
  fastify.addHook('onRequest', (request, reply, next) => {
    const route = routeOf(request.routeOptions.config);
    if (route !== undefined)
      request.heartbeat = route.begin(request, request.raw, reply.raw) ?? null;
    next();
  });
  fastify.addHook('onError', (request, _reply, error, next) => {
    rememberError(request.raw, error);
    next();
  });
  if (beat !== undefined) {
    fastify.addHook('onListen', (next) => {
      beat.begin();
      next();
    });
    fastify.addHook('preClose', (next) => {
      beat.stop();
      next();
    });
  }
  fastify.addHook('onClose', async () => {
    await inFlight.drain(drainTimeoutMs ?? defaultTimeoutMs);
    await (options.client ?? findHeartbeat())?.flush(flushTimeoutMs ?? defaultTimeoutMs);
  });
};

/**
 * The plugin. Routes with `config.heartbeat` become monitored: start when the request comes in, one terminal by the final
 * status, an abort, a timeout or an error. The run is `request.heartbeat`, the client `fastify.heartbeat`.
 *
 * @throws LubdubError at registration, for options of the wrong form and for a second registration.
 *
 * @example
 * await app.register(heartbeat);
 * app.post('/jobs/nightly', { config: { heartbeat: 'nightly-backup' } }, handler);
 */
export const heartbeatPlugin: FastifyPluginAsync<HeartbeatPluginOptions> = fp(plugin, {
  name,
  fastify: '5.x',
});
