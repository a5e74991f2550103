import type { ServerResponse } from 'node:http';
import type { HeartbeatClient } from '@lubdub/core';
import type { HttpRequest, RouteHeartbeatOptions } from '@lubdub/core/http';

/** One request as a contract route's handler sees it, whatever the framework. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: ServerResponse;
  /** Answers through the framework; the handler returns what it returns. */
  readonly send: (statusCode: number, body?: string | Buffer) => unknown;
  /** Redirects through the framework. */
  readonly redirect: (location: string) => unknown;
  /** Takes the response out of the framework's hands, where it has any on it. */
  readonly hijack: () => void;
}

/** A route of the app under test. */
export interface ContractRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Not monitored without it. */
  readonly key?: string | undefined;
  readonly options?: Omit<RouteHeartbeatOptions, 'client'>;
  /** How often the adapter is mounted on it; default once. */
  readonly times?: number | undefined;
  readonly handle: (exchange: Exchange) => unknown;
}

/** What the app under test is made of. */
export interface ContractSetup {
  readonly client: HeartbeatClient;
  readonly routes: readonly ContractRoute[];
  /** Answer every error with 200 from the app's own error handler. */
  readonly recovers?: boolean | undefined;
  /** Speak HTTP/2 without TLS. */
  readonly http2?: boolean | undefined;
  /** Cut connections when closing, instead of waiting for them. */
  readonly forcesClose?: boolean | undefined;
  /** How long closing waits for pings, milliseconds; the adapter's default without it. */
  readonly flushTimeoutMs?: number | undefined;
  /** Leave the adapter out, for comparison. */
  readonly unmonitored?: boolean | undefined;
}

/** An app that listens on a free port of 127.0.0.1. */
export interface ContractApp {
  readonly port: number;
  /** Closes as the adapter's documentation says, with everything flushed. */
  close(): Promise<void>;
  /** Answers a request without a socket; undefined where the framework cannot. */
  readonly inject:
    | ((method: 'GET' | 'POST', path: string) => Promise<{ statusCode: number }>)
    | undefined;
}

/** An adapter on its real framework. */
export interface AdapterHarness {
  readonly name: string;
  readonly speaksHttp2: boolean;
  readonly injects: boolean;
  /** False where the framework leaves a request hanging whose async handler rejected (Express 4). */
  readonly answersRejections: boolean;
  start(setup: ContractSetup): Promise<ContractApp>;
}
