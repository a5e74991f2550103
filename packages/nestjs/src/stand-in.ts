import type { HeartbeatClient } from '@lubdub/core';

/** The client as a test may have replaced it, by a mock that lacks methods: the application starts and ends all the same. */
export const standIn = (client: HeartbeatClient | undefined): Partial<HeartbeatClient> =>
  client ?? {};
