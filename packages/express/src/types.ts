import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Run } from '@lubdub/core';

/** A request of Express 4 or 5, as far as lubdub reads it. */
export interface ExpressRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown } | undefined;
  readonly baseUrl?: string | undefined;
  readonly originalUrl: string;
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  readonly query: unknown;
  readonly body?: unknown;
  /** The run of this request; undefined where it is none. */
  heartbeat?: Run | undefined;
}

/** Middleware that fits Express 4 and 5, and their types, without depending on either. */
export type HeartbeatMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** An error hook that fits Express 4 and 5; it has exactly four parameters, by which Express knows it. */
export type HeartbeatErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

declare global {
  namespace Express {
    interface Request {
      /** The run of this request, on routes with `heartbeat(…)` before the handler. */
      heartbeat?: Run | undefined;
    }
  }
}
