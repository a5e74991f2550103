export { createManualClock, type ManualClock } from './manual-clock.ts';
export {
  type Answer,
  createRecordingTransport,
  failWith,
  type RecordingTransport,
  respond,
} from './recording-transport.ts';
export {
  type Misbehave,
  type PingServer,
  type ReceivedPing,
  type ReceivedRequest,
  startPingServer,
} from './ping-server.ts';
export { type ChaosOptions, type ChaosTransport, withChaos } from './chaos-transport.ts';
export { providerContract } from './provider-contract.ts';
export type { ContractRunner } from './provider-contract-checks.ts';
export type { ProviderSample } from './provider-samples.ts';
export { createRecordingHeartbeat, type RecordingHeartbeat } from './recording-heartbeat.ts';
export { transportContract } from './transport-contract.ts';
