import { protocolError } from './failures.ts';

const longestLine = 4_096;
const sizeLine = /^([\da-f]{1,12})[ \t]*(?:;|$)/iu;

/** Takes the chunked coding off a body (RFC 9112 section 7.1), however the bytes are cut. */
export class ChunkedReader {
  /** Bytes that came after the end of the body. */
  after = 0;
  #expects: 'size' | 'data' | 'end of data' | 'trailer' = 'size';
  #left = 0;
  #held: Buffer | undefined;

  /** Hands data on to `take`; true when the body has ended. Throws when the coding is broken. */
  read(bytes: Buffer, take: (data: Buffer) => void): boolean {
    let rest = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = undefined;
    for (;;) {
      if (this.#expects === 'data') {
        const data = rest.subarray(0, this.#left);
        if (data.length > 0) take(data);
        this.#left -= data.length;
        rest = rest.subarray(data.length);
        if (this.#left > 0) return false;
        this.#expects = 'end of data';
      }
      const end = rest.indexOf('\r\n');
      if (end > longestLine || (end === -1 && rest.length > longestLine))
        throw protocolError('INVALID_CHUNK');
      if (end === -1) {
        this.#held = rest;
        return false;
      }
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      if (this.#line(line)) {
        this.after = rest.length;
        return true;
      }
    }
  }

  /** A line between the data; true for the one that ends the body. */
  #line(line: string): boolean {
    if (this.#expects === 'size') {
      const [, size] = sizeLine.exec(line) ?? [];
      if (size === undefined) throw protocolError('INVALID_CHUNK_SIZE');
      this.#left = Number.parseInt(size, 16);
      this.#expects = this.#left === 0 ? 'trailer' : 'data';
      return false;
    }
    // What the trailer says is of no use here.
    if (this.#expects === 'trailer') return line === '';
    if (line !== '') throw protocolError('INVALID_CHUNK');
    this.#expects = 'size';
    return false;
  }
}
