import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

const preset: JobPreset = {
  runner: 'toad-scheduler',
  defaultKey: ({ args }) => (typeof args[0] === 'string' ? args[0] : undefined),
  perCall: ({ args }) =>
    typeof args[1] === 'string' ? { metadata: { jobId: args[1] } } : undefined,
};

/**
 * The handler of a toad-scheduler `Task` or `AsyncTask`, monitored. The key may be left out: it is then the task's id.
 *
 * @throws LubdubError for a wrong key, function or option
 *
 * @example
 * new AsyncTask('nightly-backup', withHeartbeat(backUp));
 */
export const withHeartbeat: WithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
