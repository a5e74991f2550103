import { LubdubError } from '../errors.ts';
import { createFetchTransport } from '../transport/fetch.ts';
import type { Platform } from './platform.ts';

/** Runtimes with `fetch` and without Node's modules: workers, edge functions, Deno, Bun without node compatibility. */
export const edgePlatform: Platform = {
  name: 'edge',
  openSpool: undefined,
  createTransport: ({ fetch }) => createFetchTransport(fetch === undefined ? {} : { fetch }),
  hostname: () => undefined,
  readFile: () => {
    throw new LubdubError(
      'ERR_LUBDUB_SECRET_UNAVAILABLE',
      'This runtime has no files; give the secret as text or as a function.',
    );
  },
  readEnvironment: (name) =>
    (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name],
  // There is no end of the process to see: use `settle: "await"` or `waitUntil`.
  attach: () => () => undefined,
  createContext: () => ({ run: (_value, call) => call(), current: () => undefined }),
  observer: { active: false, ping: () => undefined, outcome: () => undefined },
  sendAtExit: undefined,
};
