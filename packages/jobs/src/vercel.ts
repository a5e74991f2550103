import type { RunEnd } from '@lubdub/core';
import type { JobPreset } from './preset.ts';
import { createWithHeartbeat, type KeyedWithHeartbeat } from './with-heartbeat.ts';

type WaitUntil = (promise: Promise<unknown>) => void;

const requestContext = Symbol.for('@vercel/request-context');

/** What `waitUntil` of `@vercel/functions` calls: the function that the platform keeps for the request. */
const platformWaitUntil = (): WaitUntil | undefined => {
  const store = (globalThis as Record<symbol, unknown>)[requestContext] as
    | { get?(): { waitUntil?: WaitUntil } | undefined }
    | undefined;
  const context = store?.get?.();
  return context?.waitUntil === undefined ? undefined : (promise) => context.waitUntil?.(promise);
};

const serverError = ({ threw, result }: RunEnd): 'fail' | undefined => {
  if (threw) return undefined;
  const { status } = (result ?? {}) as { status?: unknown };
  return typeof status === 'number' && status >= 500 ? 'fail' : undefined;
};

const preset: JobPreset = {
  runner: 'Vercel',
  perCall() {
    const waitUntil = platformWaitUntil();
    return waitUntil === undefined ? { settle: 'await' } : { waitUntil };
  },
  classify: serverError,
};

/**
 * A Vercel function, monitored; for cron jobs above all. The delivery of the terminal is handed to the platform's `waitUntil`, so
 * that the answer does not wait; where there is none the answer waits for it, at most 2 seconds. A `Response` of status 500 or more is
 * a fail.
 *
 * @throws LubdubError for a wrong key, handler or option
 *
 * @example
 * export const GET = withHeartbeat('nightly-report', async () => Response.json(await report()));
 */
export const withHeartbeat: KeyedWithHeartbeat = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, KeyedWithHeartbeat } from './with-heartbeat.ts';
