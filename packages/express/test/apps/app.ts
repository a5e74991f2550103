import type express from 'express';

/** What an app of the comparison is built with; monitored, every app and router has the middleware on it, and all error hooks. */
export interface Parts {
  readonly express: typeof express;
  /** An app, its environment `production`, so that error pages say no stack. */
  readonly app: () => express.Express;
  readonly router: (options?: express.RouterOptions) => express.Router;
  /** Goes before error middleware. */
  readonly errors: (app: express.Express | express.Router) => void;
}

/** One request: its method and target, its headers and body. */
export type AppRequest = readonly [
  target: string,
  headers?: Readonly<Record<string, string>>,
  body?: string,
];

/** An app and what is asked of it, in order; cookies that it sets are sent back. */
export interface ComparedApp {
  readonly name: string;
  readonly build: (parts: Parts) => express.Express;
  readonly requests: readonly AppRequest[];
}

/** The headers of a form. */
export const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
/** The headers of JSON. */
export const json = { 'Content-Type': 'application/json' };
