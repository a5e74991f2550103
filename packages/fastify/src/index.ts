import { heartbeatPlugin } from './plugin.ts';
import { trackRequests } from './track-requests.ts';

export type { HeartbeatPluginOptions, HeartbeatRoute, HeartbeatRouteOptions } from './types.ts';
export {
  type HttpClassify,
  type HttpRunEnd,
  type RequestKey,
  type RouteHeartbeatOptions,
  type ServerLivenessOptions,
  statusPolicy,
  type StatusPolicyOptions,
  type TrackRequestsOptions,
} from '@lubdub/core/http';
export { heartbeatPlugin, trackRequests };
export default heartbeatPlugin;
