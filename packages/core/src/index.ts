import { createFactories, type Factories } from './client/create.ts';
import type { HeartbeatClient, MonitorKey } from './client/heartbeat-client.ts';
import { fromEnvironment, type FromEnvOptions } from './env/heartbeat-from-env.ts';
import { nodePlatform } from './platform/node.ts';

const factories: Factories = createFactories(nodePlatform);

/**
 * Makes a client.
 *
 * @throws LubdubError when an option has the wrong form.
 *
 * @example
 * const heartbeat = createHeartbeat({ provider: healthchecks({ pingKey }) });
 * await heartbeat.run('nightly-backup', async () => backUp());
 */
export const createHeartbeat: Factories['createHeartbeat'] = factories.createHeartbeat;

/**
 * Makes the client of the whole process, which `getHeartbeat` and the adapters use.
 *
 * @throws LubdubError `ERR_LUBDUB_ALREADY_INITIALIZED` for a second one, or when an option has the wrong form.
 */
export const initHeartbeat: Factories['initHeartbeat'] = factories.initHeartbeat;

/**
 * Makes a client from the environment: `LUBDUB_PROVIDER` (one or several, comma separated), each provider's own variables
 * (`X_FILE` reads a file), `LUBDUB_ENVIRONMENT` and `LUBDUB_DISABLED`. With nothing set it warns once and does nothing.
 *
 * @throws LubdubError `ERR_LUBDUB_UNKNOWN_PROVIDER`, or naming the variable that has the wrong form.
 */
export const heartbeatFromEnv = <Types extends { monitors: string } = { monitors: MonitorKey }>(
  options: FromEnvOptions = {},
): HeartbeatClient<Types['monitors']> => fromEnvironment<Types>(factories, options);

export { checkWrap } from './client/check-wrap.ts';
export { findHeartbeat, getHeartbeat } from './client/create.ts';
export type { FromEnvOptions } from './env/heartbeat-from-env.ts';
export type { HeartbeatOptions } from './client/options.ts';
export type {
  AlertOutcome,
  FlushResult,
  HeartbeatClient,
  Liveness,
  LivenessOptions,
  MonitorHandle,
  MonitorKey,
  PingOptions,
  Register,
} from './client/heartbeat-client.ts';
export type { ProviderStats, Stats } from './client/stats.ts';
export type { Clock, TimerHandle } from './clock.ts';
export { systemClock } from './clock.ts';
export type { BreakerOptions } from './delivery/breaker.ts';
export type { QueueOptions } from './delivery/chain-queue.ts';
export type { RetryOptions } from './delivery/retry.ts';
export type { ErrorCode } from './errors.ts';
export { describeValue, invalidOption, isLubdubError, LubdubError } from './errors.ts';
export type {
  HeartbeatEventName,
  HeartbeatEvents,
  HeartbeatListener,
  PingSummary,
} from './events.ts';
export type { NetworkOptions, TlsOptions } from './network/network-options.ts';
export type { Logger } from './logger.ts';
export type {
  DropReason,
  Outcome,
  OutcomeError,
  OutcomeStatus,
  ProviderOutcome,
} from './outcome.ts';
export type { Ping, PingState, RunReason } from './ping/ping.ts';
export type {
  Alert,
  AlertResult,
  Capabilities,
  Finding,
  Interpretation,
  MonitorDeclaration,
  MonitorMap,
  Provider,
  ProviderAlert,
  ProviderBatch,
  ProviderRequest,
  ProviderResolve,
  ProviderResponse,
  ProviderTrack,
  ProviderUpsert,
  RateLimit,
  RequestContext,
  Resolution,
  SecretSource,
  TextLimit,
  TrackEvent,
} from './providers/provider.ts';
export { interpretStatus } from './providers/provider.ts';
export type { EndOptions, Run, RunStatus } from './run/run.ts';
export type {
  AnyJob,
  CaptureErrors,
  Classification,
  RunEnd,
  RunOptions,
  WrapOptions,
  WrappedCall,
} from './run/run-options.ts';
export { createFetchTransport, type FetchLike } from './transport/fetch.ts';
export { createNodeTransport } from './transport/node-http.ts';
export type { NodeTransportOptions } from './transport/node-route.ts';
export type {
  Transport,
  TransportFailure,
  TransportRequest,
  TransportResponse,
  TransportResult,
} from './transport/transport.ts';
export { version } from './version.ts';
