import { type AnswerHead, readHead } from './answer-head.ts';
import { ChunkedReader } from './chunked-reader.ts';
import { protocolError } from './failures.ts';
import { defaultMaxBodyBytes, type TransportRequest, type TransportResponse } from './transport.ts';

const longestHead = 16_384;
const greeting = 'HTTP/1.';
const bareNewline = /(?:^|[^\r])\n/u;

/** How the end of a body is known (RFC 9112 section 6.3); a number is the bytes that are still to come. */
type Framing = number | ChunkedReader | 'until the connection ends';

const framingOf = ({ status, headers }: AnswerHead, method: string): Framing => {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  // Both: somebody in between may have been cheated about where the answer ends.
  if (coding !== undefined && length !== undefined)
    throw protocolError('INVALID_TRANSFER_ENCODING');
  if (length !== undefined && !/^\d{1,15}$/u.test(length))
    throw protocolError('INVALID_CONTENT_LENGTH');
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  if (coding !== undefined) {
    return /(?:^|[, \t])chunked$/iu.test(coding)
      ? new ChunkedReader()
      : 'until the connection ends';
  }
  return length === undefined ? 'until the connection ends' : Number(length);
};

/** Reads the answer to one request as its bytes come in, and no more of its body than the request wants. */
export class AnswerReader {
  readonly #method: string;
  readonly #most: number;
  #held: Buffer | undefined;
  #head: AnswerHead | undefined;
  #framing: Framing = 0;
  readonly #body: Buffer[] = [];
  #bytes = 0;
  #complete = false;
  #excess = 0;

  constructor({ method, maxBodyBytes }: TransportRequest) {
    this.#method = method;
    this.#most = maxBodyBytes ?? defaultMaxBodyBytes;
  }

  /** True when the whole answer was read, nothing came after it, and the service keeps the connection open. */
  get reusable(): boolean {
    return this.#complete && this.#excess === 0 && this.#head?.persistent === true;
  }

  /** The answer as far as it has come, once its status is known. */
  get answer(): TransportResponse | undefined {
    if (this.#head === undefined) return undefined;
    const { status, headers } = this.#head;
    const [first] = this.#body;
    const all = this.#body.length > 1 ? Buffer.concat(this.#body) : first;
    const body = all === undefined ? '' : all.toString('utf8', 0, this.#most);
    return { kind: 'response', status, headers, body };
  }

  /** Takes bytes; true when enough was read. Throws an error with a code when they are no HTTP. */
  read(bytes: Buffer): boolean {
    if (this.#head !== undefined) return this.#readBody(bytes);
    let rest = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = undefined;
    while (this.#head === undefined) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1 || end > longestHead) {
        this.#hold(rest);
        return false;
      }
      const head = readHead(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + 4);
      if (head.status === 101) throw protocolError('UPGRADE');
      // What comes before the answer (100, 103) says nothing of it.
      if (head.status < 200) continue;
      this.#framing = framingOf(head, this.#method);
      this.#head = head;
    }
    return this.#readBody(rest);
  }

  /** The connection has ended: true when that ends the answer in good order. */
  ended(): boolean {
    return this.#head !== undefined && this.#framing === 'until the connection ends';
  }

  /** Keeps the beginning of a head, unless it can be seen already that it is none. */
  #hold(bytes: Buffer): void {
    if (bytes.length > longestHead) throw protocolError('HEADER_OVERFLOW');
    const text = bytes.toString('latin1');
    const begins = text.slice(0, greeting.length);
    if (!greeting.startsWith(begins)) throw protocolError('INVALID_CONSTANT');
    if (bareNewline.test(text)) throw protocolError('CR_EXPECTED');
    this.#held = bytes;
  }

  #readBody(bytes: Buffer): boolean {
    const framing = this.#framing;
    if (framing instanceof ChunkedReader) {
      this.#complete = framing.read(bytes, (data) => this.#keep(data));
      this.#excess = framing.after;
    } else if (typeof framing === 'number') {
      const data = framing < bytes.length ? bytes.subarray(0, framing) : bytes;
      this.#keep(data);
      const left = framing - data.length;
      this.#framing = left;
      this.#complete = left === 0;
      this.#excess = bytes.length - data.length;
    } else this.#keep(bytes);
    return this.#complete || this.#bytes >= this.#most;
  }

  #keep(data: Buffer): void {
    if (data.length === 0) return;
    if (this.#bytes < this.#most) this.#body.push(data);
    this.#bytes += data.length;
  }
}
