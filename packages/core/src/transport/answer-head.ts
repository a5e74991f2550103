import { protocolError } from './failures.ts';

/** Status and headers of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case; a name that came more than once has its values joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The connection may carry another request. */
  readonly persistent: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/u;
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/u;
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/u;
/** A value that goes on in the next line, as nobody should write it any more (RFC 9112 section 5.2). */
const fold = /\r\n[ \t]+/gu;

/** True for a name that HTTP allows. */
export const isToken = (text: string): boolean => token.test(text);

const says = (list: string | undefined, word: string): boolean =>
  list !== undefined &&
  list
    .toLowerCase()
    .split(',')
    .some((item) => item.trim() === word);

/** Reads the head of an answer (RFC 9112 sections 4 and 5), the empty line at its end cut off. Throws what is no HTTP. */
export const readHead = (text: string): AnswerHead => {
  const [first = '', ...lines] = text.replaceAll(fold, ' ').split('\r\n');
  const [, minor, status] = statusLine.exec(first) ?? [];
  if (status === undefined || control.test(first)) throw protocolError('INVALID_STATUS');
  const headers = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!isToken(name) || control.test(line)) throw protocolError('INVALID_HEADER_TOKEN');
    const value = line.slice(colon + 1).trim();
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}, ${value}`;
  }
  const { connection } = headers;
  return {
    status: Number(status),
    headers,
    persistent: minor === '1' ? !says(connection, 'close') : says(connection, 'keep-alive'),
  };
};
