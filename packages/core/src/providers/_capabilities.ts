import type { Capabilities } from './provider.ts';

/** A service that takes a success and nothing else; drivers spread it and name what theirs can do. */
export const successOnly: Capabilities = {
  states: ['success'],
  text: false,
  metadata: false,
  runId: false,
  exitCode: false,
  duration: false,
  clientTimestamp: false,
  metrics: false,
  environment: false,
  groupKey: false,
  idempotent: false,
  acceptIsProof: false,
  limitsRunDuration: false,
  count: false,
  rateLimits: [],
};
