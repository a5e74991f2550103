export { createConsumerIdentifier, type IdentifyConsumer } from './consumer.ts';
export { InFlight } from './in-flight.ts';
export type { HttpRequest, HttpResponse } from './message.ts';
export type { ResponseEnd, ResponseEndKind, ResponseObserver } from './observation.ts';
export { observeResponse } from './observe-response.ts';
export {
  RequestTracker,
  type RequestTrackerParts,
  type TrackRequestsOptions,
} from './request-tracker.ts';
export { rememberError, runOf } from './request-state.ts';
export {
  checkRouteHeartbeatOptions,
  type RequestKey,
  RouteHeartbeat,
  type RouteHeartbeatOptions,
  type RouteHeartbeatParts,
} from './route-heartbeat.ts';
export {
  attachHeartbeat,
  checkClosingOptions,
  type ListeningServer,
  type ServerHeartbeat,
  type ServerHeartbeatOptions,
} from './server-heartbeat.ts';
export {
  createServerLiveness,
  type ServerLiveness,
  type ServerLivenessOptions,
} from './server-liveness.ts';
export {
  defaultClassification,
  type HttpClassify,
  type HttpRunEnd,
  statusPolicy,
  type StatusPolicyOptions,
  type StatusRule,
} from './status-policy.ts';
