/**
 * `@lubdub/core` for runtimes that have `fetch` and none of Node's modules: Cloudflare Workers, Vercel and other edge
 * functions. Their bundlers choose it by export condition; `@lubdub/core/edge` asks for it by name. The same API, without
 * `heartbeatFromEnv` and `createNodeTransport`. Nothing sees the end of such a process: await the jobs with `settle: 'await'`
 * or hand in the host's `waitUntil`.
 *
 * @module
 */
import { createFactories, type Factories } from './client/create.ts';
import { edgePlatform } from './platform/edge.ts';

const factories: Factories = createFactories(edgePlatform);

/**
 * Makes a client.
 *
 * @throws LubdubError when an option has the wrong form.
 *
 * @example
 * const heartbeat = createHeartbeat({ provider: healthchecks({ pingKey }) });
 * await heartbeat.run('nightly-backup', async () => backUp());
 */
export const createHeartbeat: Factories['createHeartbeat'] = factories.createHeartbeat;

/**
 * Makes the client of the whole process, which `getHeartbeat` and the adapters use.
 *
 * @throws LubdubError `ERR_LUBDUB_ALREADY_INITIALIZED` for a second one, or when an option has the wrong form.
 */
export const initHeartbeat: Factories['initHeartbeat'] = factories.initHeartbeat;

export * from './api.ts';
