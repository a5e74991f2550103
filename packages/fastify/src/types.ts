import type { HeartbeatClient, Run } from '@lubdub/core';
import type { RequestKey, RouteHeartbeatOptions, ServerLivenessOptions } from '@lubdub/core/http';
import type { FastifyRequest } from 'fastify';

/** Options of one monitored route. */
export interface HeartbeatRouteOptions extends Omit<RouteHeartbeatOptions, 'client'> {
  readonly key: RequestKey<FastifyRequest>;
}

/** What a route's `config.heartbeat` takes: a monitor key, a function that gives it, options; `false` for no run. */
export type HeartbeatRoute = RequestKey<FastifyRequest> | HeartbeatRouteOptions | false;

/** Options of the plugin. Those of a route are the defaults of all monitored routes. */
export interface HeartbeatPluginOptions extends RouteHeartbeatOptions {
  /** The key of routes that have no `config.heartbeat`. Default: they are no runs. */
  readonly key?: RequestKey<FastifyRequest> | undefined;
  /** Beats while the server listens. */
  readonly liveness?: ServerLivenessOptions | undefined;
  /** How long closing waits for requests that are under way, milliseconds. Default 5,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long closing waits for pings that are under way, milliseconds. Default 5,000. */
  readonly flushTimeoutMs?: number | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Makes every request of this route a run of a monitor. */
    heartbeat?: HeartbeatRoute;
  }
  interface FastifyInstance {
    /** The client; reading it throws `ERR_LUBDUB_NOT_INITIALIZED` where there is none. */
    readonly heartbeat: HeartbeatClient;
  }
  interface FastifyRequest {
    /** The run of this request; null where it is none. */
    heartbeat: Run | null;
  }
}
