export { heartbeat, heartbeatErrors } from './heartbeat.ts';
export { trackRequests } from './track-requests.ts';
export type { ExpressRequest, HeartbeatErrorMiddleware, HeartbeatMiddleware } from './types.ts';
export {
  attachHeartbeat,
  type HttpClassify,
  type HttpRunEnd,
  type RequestKey,
  type RouteHeartbeatOptions,
  type ServerHeartbeat,
  type ServerHeartbeatOptions,
  type ServerLivenessOptions,
  statusPolicy,
  type StatusPolicyOptions,
  type TrackRequestsOptions,
} from '@lubdub/core/http';
