// What the entries of every runtime export; each adds what makes a client there.
export { checkWrap } from './client/check-wrap.ts';
export { findHeartbeat, getHeartbeat } from './client/create.ts';
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
export type {
  Transport,
  TransportFailure,
  TransportRequest,
  TransportResponse,
  TransportResult,
} from './transport/transport.ts';
export { version } from './version.ts';
