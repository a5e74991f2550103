import { type Channel, channel, subscribe } from 'node:diagnostics_channel';
import { type WatchedConnection, watchOf } from './connection-watch.ts';
import type { HttpRequest, HttpResponse } from './message.ts';

const name = 'http.server.response.finish';
const finishes = channel(name);

// On the channel itself, which all copies of the package share: one of them listens for all.
const heardKey: unique symbol = Symbol.for('lubdub.finishes') as never;

interface Finish {
  readonly request: HttpRequest;
  readonly socket: WatchedConnection;
}

/** Bun has the channel and says nothing in it; Deno speaks, but is not proved to do so in every case. */
const { bun, deno } = process.versions as Partial<Record<'bun' | 'deno', string>>;
const speaks = bun === undefined && deno === undefined;

/** A connection as Node's own server keeps it: the parser of its requests, and the response that is being written. */
interface ServedConnection {
  readonly parser?: object | null;
  readonly _httpMessage?: unknown;
}

/**
 * True when the response is the one that Node's HTTP/1 server is sending on this connection, so that its `finish` will be told
 * in the channel. One that waits behind another, or that somebody made for a connection of his own, is not.
 */
export const isServed = (
  socket: WatchedConnection | null | undefined,
  response: HttpResponse,
): boolean => {
  const { parser, _httpMessage: served } = (socket ?? {}) as ServedConnection;
  return speaks && served === response && (parser ?? null) !== null;
};

/**
 * Hears of the end of every response of Node's HTTP/1 servers, once for the process. A listener on each response does the same and
 * costs more than all the rest of a run: a response that had two has a list of three, and on the objects of Express, each of
 * which has a hidden class of its own, nothing that is read or added is cheap.
 */
export const hearFinishes = (): void => {
  const known = finishes as Channel & { [heardKey]?: true };
  if (known[heardKey] === true) return;
  Object.defineProperty(known, heardKey, { value: true });
  subscribe(name, (message) => {
    const { request, socket } = message as Finish;
    watchOf(socket)?.finished(request);
  });
};
