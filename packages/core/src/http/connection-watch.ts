import { executionAsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { HttpRequest } from './message.ts';
import type { Observation } from './observation.ts';

// Shared by all copies of the package, so that a request is one run whichever copy sees it.
const watchKey: unique symbol = Symbol.for('lubdub.watch') as never;

/** A socket or an HTTP/2 stream, as far as it is read here. */
export interface WatchedConnection extends EventEmitter {
  readonly destroyed: boolean;
  readonly closed?: boolean;
  readonly errored?: (Error & { readonly code?: string }) | null;
  [watchKey]?: ConnectionWatch;
}

const timeoutCodes: readonly unknown[] = ['ERR_HTTP_REQUEST_TIMEOUT', 'ETIMEDOUT'];

/** Of Deno's resources none has a constructor. */
const nameOf = (resource: { readonly constructor?: { readonly name: string } }): unknown =>
  resource.constructor?.name;

/**
 * True when `finish` only tells that the writes were given up with the socket: Node 20 and 22 emit it for a response that was
 * still in the socket's buffer when the socket died. A socket may also be destroyed in the very tick in which everything was
 * handed over (closing idle connections does it); then the end of the write is told by a tick, and not by the pending write
 * that died.
 */
const died = (socket: WatchedConnection): boolean =>
  (socket.errored ?? null) !== null ||
  (socket.destroyed && nameOf(executionAsyncResource()) === 'WriteWrap');

/**
 * The responses that are open on one HTTP/1 connection: two listeners for its whole life, however many requests it carries.
 * Without pipelining there is only one at a time, which needs no set.
 */
export class ConnectionWatch {
  timedOut = false;
  /** True when a request of this connection is answered somewhere else, so that its observation is not in here. */
  strays = false;
  readonly #socket: WatchedConnection;
  #first: Observation | undefined;
  #others: Set<Observation> | undefined;

  constructor(socket: WatchedConnection) {
    this.#socket = socket;
  }

  add(observation: Observation): void {
    if (this.#first === undefined) this.#first = observation;
    else (this.#others ??= new Set()).add(observation);
  }

  find(request: HttpRequest): Observation | undefined {
    if (this.#first?.request === request) return this.#first;
    if (this.#others === undefined) return undefined;
    for (const observation of this.#others) if (observation.request === request) return observation;
    return undefined;
  }

  remove(observation: Observation): void {
    if (this.#first === observation) this.#first = undefined;
    else this.#others?.delete(observation);
  }

  /** The response to a request was handed over whole, or given up with the connection. */
  finished(request: HttpRequest): void {
    const observation = this.find(request);
    if (observation === undefined || died(this.#socket)) return;
    this.remove(observation);
    this.timedOut = false;
    observation.settle('sent');
  }

  lost(timedOut: boolean): void {
    const open = [...(this.#first === undefined ? [] : [this.#first]), ...(this.#others ?? [])];
    this.#first = undefined;
    this.#others = undefined;
    for (const observation of open) observation.lost(timedOut);
  }
}

/** True for a real connection; requests that somebody made up have none, or one that is less than that. */
export const isConnection = (socket: unknown): socket is WatchedConnection => {
  const { destroyed, on } = (socket ?? {}) as Partial<WatchedConnection>;
  return typeof destroyed === 'boolean' && typeof on === 'function';
};

/** The watch of a connection, where it has one. */
export const watchOf = (socket: WatchedConnection | undefined): ConnectionWatch | undefined =>
  socket?.[watchKey];

/** The watch of a connection; its two listeners are added with the first request. */
export const watchConnection = (socket: WatchedConnection): ConnectionWatch => {
  const known = socket[watchKey];
  if (known !== undefined) return known;
  const watch = new ConnectionWatch(socket);
  Object.defineProperty(socket, watchKey, { value: watch });
  socket.on('timeout', () => {
    watch.timedOut = true;
  });
  socket.on('close', () => {
    const timedOut = watch.timedOut || timeoutCodes.includes(socket.errored?.code);
    watch.lost(timedOut);
  });
  return watch;
};
