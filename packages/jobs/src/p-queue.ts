import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type KeyedWithHeartbeat } from './with-heartbeat.ts';

const preset: JobPreset = { runner: 'p-queue' };

/**
 * A task for p-queue, monitored. p-queue's own `timeout` rejects what `add` returned while the task goes on: the run ends when
 * the task does, so give it `maxDurationMs` as well.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * await queue.add(withHeartbeat('thumbnail', () => resize(image)));
 */
export const withHeartbeat: KeyedWithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, KeyedWithHeartbeat } from './with-heartbeat.ts';
