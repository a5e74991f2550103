import type { EventEmitter } from 'node:events';
import type { Run } from '../run/run.ts';
import {
  isConnection,
  watchConnection,
  type WatchedConnection,
  watchOf,
} from './connection-watch.ts';
import type { HttpRequest } from './message.ts';

/**
 * How a response ended. `sent`: everything was handed to the operating system (HTTP/1) or to the peer (HTTP/2). `aborted`: the
 * connection or the stream went away first. `timeout`: the server's own time limit ended it. `error`: the program destroyed
 * the response with an error.
 */
export type ResponseEndKind = 'sent' | 'aborted' | 'timeout' | 'error';

/** The one end of a response, as {@link observeResponse} tells it. */
export interface ResponseEnd {
  readonly kind: ResponseEndKind;
  /** The status; of a response that never sent its head it is what it would have been (mostly 200). */
  readonly statusCode: number;
  /** True when the head had left, so that the peer saw the status. */
  readonly headersSent: boolean;
  /** The error that the response was destroyed with; undefined when there is none. */
  readonly error: unknown;
}

/** Told once how the response ended. */
export type ResponseObserver = (end: ResponseEnd) => void;

/** A response as far as it is read here. */
export interface ObservedResponse extends EventEmitter {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  readonly errored?: (Error & { readonly code?: string }) | null;
  readonly socket?: unknown;
  readonly stream?: WatchedConnection & { readonly aborted: boolean; readonly rstCode: number };
}

// Shared by all copies of the package, so that a request is one run whichever copy sees it.
const observationKey: unique symbol = Symbol.for('lubdub.observation') as never;

/**
 * One request and its response under observation; it is its own end. Everything that lubdub knows of a request is here. Several
 * observers share it.
 */
export class Observation implements ResponseEnd {
  kind: ResponseEndKind = 'sent';
  statusCode = 0;
  headersSent = false;
  error: unknown = undefined;
  ended = false;
  /** The last run that stands for the request. */
  run: Run | undefined;
  /** The error that the request ran into, in an object since undefined may be the error. */
  caught: { readonly error: unknown } | undefined;
  readonly request: HttpRequest;
  readonly response: ObservedResponse;
  #observer: ResponseObserver | undefined;
  #others: ResponseObserver[] | undefined;
  #runs: Run[] | undefined;

  constructor(request: HttpRequest, response: ObservedResponse) {
    this.request = request;
    this.response = response;
  }

  /** Tells the end, now where it has been. */
  tell(observer: (observation: Observation) => void): void {
    if (this.ended) observer(this);
    else if (this.#observer === undefined) this.#observer = observer as ResponseObserver;
    else (this.#others ??= []).push(observer as ResponseObserver);
  }

  addRun(run: Run): void {
    if (this.run !== undefined) (this.#runs ??= [this.run]).push(run);
    this.run = run;
  }

  /** The run of a monitor that stands for the request. */
  runOf(key: string): Run | undefined {
    return this.run?.key === key ? this.run : this.#runs?.find((one) => one.key === key);
  }

  settle(kind: ResponseEndKind, error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.kind = kind;
    this.statusCode = this.response.statusCode;
    this.headersSent = kind === 'sent' || this.response.headersSent;
    this.error = error;
    this.#observer?.(this);
    if (this.#others !== undefined) for (const observer of this.#others) observer(this);
  }

  /** The connection went away before the end. */
  lost(timedOut: boolean): void {
    const error = this.response.errored ?? undefined;
    // Node itself destroys the response of a lost connection with an error of this code.
    const own = error?.code !== 'ECONNRESET';
    if (timedOut) this.settle('timeout');
    else if (error !== undefined && own) this.settle('error', error);
    else this.settle('aborted');
  }
}

/** Notes an observation on its request, for a response that no connection of HTTP/1 carries. */
export const attachObservation = (observation: Observation): void => {
  const { request } = observation;
  (request as { [observationKey]?: Observation })[observationKey] = observation;
  if (request.httpVersionMajor === 2) return;
  const socket: WatchedConnection | undefined = request.socket;
  if (isConnection(socket)) watchConnection(socket).strays = true;
};

/**
 * The observation of a request, or undefined. Over HTTP/1 it is found by the connection: on the objects of Express a property more
 * costs several times what all the rest does, and a weak map costs even more.
 */
export const observationOf = (request: HttpRequest): Observation | undefined => {
  // The socket of an HTTP/2 request is a simulation that throws when it is looked at too late.
  const watch = request.httpVersionMajor === 2 ? undefined : watchOf(request.socket);
  if (watch !== undefined && !watch.strays) return watch.find(request);
  return (request as { [observationKey]?: Observation })[observationKey] ?? watch?.find(request);
};
