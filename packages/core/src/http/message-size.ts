import type { HttpRequest, HttpResponse } from './message.ts';

const number = (value: unknown): number | undefined => {
  const size = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
};

/** Bytes of the request's body as its head declares them; 0 where it declares none (no body, or a chunked one). */
export const requestSize = (request: HttpRequest): number =>
  number(request.headers['content-length']) ?? 0;

/** Bytes of the response's body as its head declares them; 0 for answers without a body and for streams of unknown length. */
export const responseSize = (request: HttpRequest, response: HttpResponse): number => {
  const { statusCode } = response;
  if (request.method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0;
  try {
    // Node adds a length of its own to a body that is ended at once; it is kept here only.
    return (
      number(response.getHeader('content-length')) ??
      number(Reflect.get(response, '_contentLength')) ??
      0
    );
  } catch {
    return 0;
  }
};
