import { createRecordingHeartbeat, type RecordingHeartbeat } from '@lubdub/core/testing';
import type { DynamicModule } from '@nestjs/common';
import { HeartbeatModule } from './heartbeat.module.ts';
import type { HeartbeatModuleBehaviour, HeartbeatModuleExtras } from './heartbeat.options.ts';

/**
 * In tests, the place of `HeartbeatModule`: the same module over a client that records pings and sends nothing.
 *
 * @example
 * const heartbeat = HeartbeatTestingModule.forRoot();
 * const app = await Test.createTestingModule({ imports: [heartbeat, JobsModule] }).compile();
 * await app.get(Backup).run();
 * await heartbeat.recording.assertSucceeded('nightly-backup');
 */
export class HeartbeatTestingModule {
  /** The module, with the `recording` to look at. Each call makes one of its own. */
  static forRoot(
    options: HeartbeatModuleBehaviour & HeartbeatModuleExtras = {},
  ): DynamicModule & { readonly recording: RecordingHeartbeat } {
    const recording = createRecordingHeartbeat();
    const module = HeartbeatModule.forRoot({ ...options, client: recording.client });
    // Not enumerable: Nest takes a module's own fields for metadata.
    Object.defineProperty(module, 'recording', { value: recording });
    return module as DynamicModule & { readonly recording: RecordingHeartbeat };
  }
}
