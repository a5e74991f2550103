export type { MonitorInput } from './api/monitor-input.ts';
export type {
  ChannelOptions,
  EmailOptions,
  SlackOptions,
  WebhookOptions,
} from './channels/channel.ts';
export type { Clock } from './clock.ts';
export { MonitorError } from './errors.ts';
export type { MonitorErrorCode } from './errors.ts';
export type {
  Flip,
  FlipCause,
  Health,
  IncomingPing,
  MonitorDefinition,
  MonitorState,
  MonitorSummary,
  PingState,
  Run,
  StoredPing,
} from './model.ts';
export type { MonitorLogger, MonitorOptions } from './options.ts';
export { startMonitor } from './server.ts';
export type { RunningMonitor } from './server.ts';
export type { Store, StoreEvent } from './store/store.ts';
