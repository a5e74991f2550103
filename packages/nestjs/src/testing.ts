export type { RecordingHeartbeat } from '@lubdub/core/testing';
export { HeartbeatTestingModule } from './heartbeat.testing.ts';
