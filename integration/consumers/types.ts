// Every kind of subpath, under each module resolution.
import { createHeartbeat, type HeartbeatClient, type Outcome } from '@lubdub/core';
import { observeResponse } from '@lubdub/core/http';
import { healthchecks } from '@lubdub/core/providers/healthchecks';
import { createManualClock } from '@lubdub/core/testing';
import { heartbeat } from '@lubdub/express';
import { trackRequests } from '@lubdub/fastify';
import { withHeartbeat } from '@lubdub/jobs';
import { withHeartbeat as withJobs } from '@lubdub/jobs/bullmq';

const client: HeartbeatClient<'backup'> = createHeartbeat<{ monitors: 'backup' }>({
  provider: healthchecks({ pingKey: 'key' }),
  clock: createManualClock(),
});
export const outcome: Promise<Outcome> = client.ping('backup');
// @ts-expect-error a key that is not one of the client's
export const wrong: Promise<Outcome> = client.ping('bakcup');
export const job: (rows: number) => string = withHeartbeat('backup', (rows: number) => `${rows}`);
export const kept: unknown[] = [observeResponse, heartbeat, trackRequests, withJobs];
