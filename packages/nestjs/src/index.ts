export {
  Heartbeat,
  type HeartbeatDecorator,
  type HeartbeatDecoratorOptions,
} from './heartbeat.decorator.ts';
export {
  type HeartbeatHealth,
  HeartbeatHealthIndicator,
  type ProviderHealth,
} from './heartbeat.health.ts';
export { HeartbeatModule } from './heartbeat.module.ts';
export type {
  HeartbeatModuleAsyncOptions,
  HeartbeatModuleBehaviour,
  HeartbeatModuleExtras,
  HeartbeatModuleOptions,
  HeartbeatOptionsFactory,
  LivenessModuleOptions,
  MonitorScheduledOptions,
} from './heartbeat.options.ts';
export { nestLogger } from './nest-logger.ts';
export { getHeartbeatToken, HeartbeatService, InjectHeartbeat } from './tokens.ts';
