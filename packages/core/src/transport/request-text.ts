import { isToken } from './answer-head.ts';
import type { TransportRequest } from './transport.ts';

// oxlint-disable-next-line no-control-regex -- finding what may not stand in a header is the purpose
const unwritable = /[^\t -~\u0080-\u00ff]/u;
/** How the request ends is said here and nowhere else. */
const framing: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** Named as node:http names the same. */
const unwritableError = (code: 'ERR_INVALID_HTTP_TOKEN' | 'ERR_INVALID_CHAR'): Error =>
  Object.assign(new Error('the request cannot be written'), { code });

/** The head of a request as it goes on the wire. */
export interface RequestHead {
  readonly text: string;
  /** The connection may be kept. */
  readonly persistent: boolean;
  /** No character of the body takes more than one byte. */
  readonly plainBody: boolean;
}

/**
 * Writes the head of a request (RFC 9112 section 3). `Host` and `Connection` are the caller's where it gives them. Throws for
 * what could not be written without breaking a line.
 */
export const headOf = (request: TransportRequest, path: string, host: string): RequestHead => {
  const { method, headers, body } = request;
  if (!isToken(method)) throw unwritableError('ERR_INVALID_HTTP_TOKEN');
  let text = '';
  let named = false;
  let connection: string | undefined;
  for (const name of Object.keys(headers)) {
    const value = headers[name] as string;
    if (!isToken(name)) throw unwritableError('ERR_INVALID_HTTP_TOKEN');
    if (unwritable.test(value)) throw unwritableError('ERR_INVALID_CHAR');
    const lower = name.toLowerCase();
    if (framing.has(lower)) continue;
    named ||= lower === 'host';
    if (lower === 'connection') connection = value;
    text += `${name}: ${value}\r\n`;
  }
  const empty = method === 'GET' || method === 'HEAD' ? '' : 'content-length: 0\r\n';
  const bytes = body === undefined ? 0 : Buffer.byteLength(body);
  const length = body === undefined ? empty : `content-length: ${bytes}\r\n`;
  const ownHost = named ? '' : `host: ${host}\r\n`;
  const keep = connection === undefined ? 'connection: keep-alive\r\n' : '';
  return {
    text: `${method} ${path} HTTP/1.1\r\n${ownHost}${keep}${text}${length}\r\n`,
    persistent: connection === undefined || !/\bclose\b/iu.test(connection),
    plainBody: body === undefined || bytes === body.length,
  };
};
