import { findHeartbeat, type HeartbeatClient } from '@lubdub/core';
import { warnOnce } from './warn.ts';

/** The given client, else the process-wide one; undefined, with one warning, where there is none. */
export const clientOf = (given: HeartbeatClient | undefined): HeartbeatClient | undefined => {
  const client = given ?? findHeartbeat();
  if (client === undefined) {
    warnOnce(
      'LUBDUB_NO_CLIENT',
      'A job runs unmonitored: call initHeartbeat({ provider }) at the start of the program, or give withHeartbeat a client.',
    );
  }
  return client;
};
