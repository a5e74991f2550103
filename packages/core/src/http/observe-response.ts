import {
  isConnection,
  watchConnection,
  type WatchedConnection,
  watchOf,
} from './connection-watch.ts';
import { hearFinishes, isServed } from './finish-channel.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import {
  attachObservation,
  Observation,
  observationOf,
  type ObservedResponse,
  type ResponseObserver,
} from './observation.ts';

/**
 * HTTP/1. A response that waits behind another one on the same connection has no socket of its own and, on Node 20 and 22, no
 * event at all when the connection dies, so it is the request's connection that is watched.
 */
const observeHttp1 = (observation: Observation, socket: WatchedConnection): void => {
  const watch = watchConnection(socket);
  watch.add(observation);
  if (socket.destroyed && socket.closed === true) watch.lost(watch.timedOut);
};

/** HTTP/2. `finish` comes for cancelled streams too; the stream knows at its close how it was closed. */
const observeHttp2 = (
  observation: Observation,
  stream: NonNullable<ObservedResponse['stream']>,
): void => {
  const settle = (): void => {
    if (stream.aborted || stream.rstCode !== 0) observation.lost(false);
    else observation.settle('sent');
  };
  if (stream.closed === true && stream.destroyed) settle();
  else stream.on('close', settle);
};

/** No server under it: injected requests and other simulations. They emit `finish`, often twice, or only `close`. */
const observeSimulation = (observation: Observation): void => {
  const { response } = observation;
  response.on('finish', () => observation.settle('sent'));
  response.on('close', () => observation.lost(false));
};

/** The connection of a real HTTP/1 exchange; undefined for simulations, whose response writes somewhere else. */
const connectionOf = (
  request: HttpRequest,
  response: ObservedResponse,
): WatchedConnection | undefined => {
  const socket: unknown = request.socket;
  const own = response.socket ?? null;
  return isConnection(socket) && (own === null || own === socket) ? socket : undefined;
};

/** What is known of a request; from now on how its response ends. */
export const observationFor = (request: HttpRequest, response: HttpResponse): Observation => {
  const known = observationOf(request);
  if (known !== undefined) return known;
  const observed = response as unknown as ObservedResponse;
  const observation = new Observation(request, observed);
  const http2 = request.httpVersionMajor === 2;
  if (!http2 && isServed(request.socket, response)) {
    hearFinishes();
    observeHttp1(observation, request.socket);
  } else if (http2 && observed.stream !== undefined) {
    attachObservation(observation);
    observeHttp2(observation, observed.stream);
  } else if (observed.writableFinished) {
    observation.settle('sent');
  } else {
    const socket = connectionOf(request, observed);
    if (socket === undefined) {
      attachObservation(observation);
      observeSimulation(observation);
    } else {
      observeHttp1(observation, socket);
      observed.on('finish', () => watchOf(socket)?.finished(request));
    }
  }
  return observation;
};

/**
 * Calls `done` exactly once, with how the response really ended, on Node 20 to 24: over HTTP/1 with keep-alive and pipelining,
 * over HTTP/2, for hijacked replies and for injected requests. It only listens, never to `'error'`, and changes nothing about
 * the response; several calls for one response share their listeners. A response that ended before is told at once.
 *
 * @example
 * const server = createServer((request, response) => {
 *   observeResponse(request, response, ({ kind, statusCode }) => console.log(kind, statusCode));
 *   response.end('done');
 * });
 */
export const observeResponse = (
  request: HttpRequest,
  response: HttpResponse,
  done: ResponseObserver,
): void => {
  observationFor(request, response).tell(done);
};
