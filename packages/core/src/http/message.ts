import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request of `node:http`, `node:https` or the compatibility layer of `node:http2`. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** The response to an {@link HttpRequest}. */
export type HttpResponse = ServerResponse | Http2ServerResponse;
