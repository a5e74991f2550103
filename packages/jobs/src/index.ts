export type { BullMqJobOptions } from './bullmq/job.ts';
export type { JobOptions } from './preset.ts';
export { type JobKey, type KeyedWithHeartbeat, withHeartbeat } from './with-heartbeat.ts';
