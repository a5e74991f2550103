import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader } from './answer-reader.ts';

const request = { method: 'POST', url: '', headers: {}, body: '', timeoutMs: 1 };

/** What reading the pieces one after the other gives; `ends`: the connection ends after them. */
const readAll = (
  pieces: readonly Buffer[],
  more: { readonly method?: string; readonly maxBodyBytes?: number } = {},
  ends = true,
): unknown => {
  const reader = new AnswerReader({ ...request, ...more });
  try {
    let enough = false;
    for (const piece of pieces) if (!enough) enough = reader.read(piece);
    if (!enough && !(ends && reader.ended())) return 'incomplete';
    const { status, body } = reader.answer ?? {};
    return { status, body, reusable: reader.reusable };
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const read = (text: string, more?: Parameters<typeof readAll>[1]): unknown =>
  readAll([Buffer.from(text, 'latin1')], more);

const ok = (head: string, body = ''): string => `HTTP/1.1 200 OK\r\n${head}\r\n${body}`;
const chunked = (body: string): string => ok('Transfer-Encoding: chunked\r\n', body);
const whole = (body: string, reusable = true, status = 200): unknown => ({
  status,
  body,
  reusable,
});

describe('an answer', () => {
  it.each([
    ['with its length', ok('Content-Length: 2\r\n', 'hi'), whole('hi')],
    ['without a word for its status', 'HTTP/1.1 200\r\ncontent-length:0\r\n\r\n', whole('')],
    ['in chunks', chunked('2\r\nhi\r\n4 ;a="b"\r\n you\r\n0\r\n\r\n'), whole('hi you')],
    ['in chunks with a trailer', chunked('2\r\nhi\r\n0\r\nExpires: 0\r\n\r\n'), whole('hi')],
    ['that ends with its connection', ok('', 'hi'), whole('hi', false)],
    ['of another coding', ok('Transfer-Encoding: gzip\r\n', 'hi'), whole('hi', false)],
    [
      'after 100 and 103',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n${ok('Content-Length: 0\r\n')}`,
      whole(''),
    ],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', whole('', true, 204)],
    [
      '304 that tells the length of what it does not send',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      whole('', true, 304),
    ],
    [
      'whose value goes on in the next line',
      ok('X-Long: a\r\n b\r\nContent-Length: 0\r\n'),
      whole(''),
    ],
    ['that closes', ok('Connection: x, Close\r\nContent-Length: 0\r\n'), whole('', false)],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', whole('', false)],
    [
      'of HTTP/1.0 that stays',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
      whole(''),
    ],
    ['with bytes after it', ok('Content-Length: 2\r\n', 'hi!'), whole('hi', false)],
    ['with bytes after its chunks', chunked('0\r\n\r\nHTTP/1.1 200 OK\r\n'), whole('', false)],
    ['with bytes after 204', 'HTTP/1.1 204 No Content\r\n\r\nbody', whole('', false, 204)],
    ['cut off in its head', 'HTTP/1.1 200 OK\r\nContent-', 'incomplete'],
    ['cut off in its body', ok('Content-Length: 3\r\n', 'hi'), 'incomplete'],
    ['cut off in its chunks', chunked('2\r\nhi\r\n'), 'incomplete'],
  ])('%s is read', (_name, text, expected) => expect(read(text)).toEqual(expected));

  it.each([
    ['no HTTP', 'not http', 'HPE_INVALID_CONSTANT'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['a status of two digits', 'HTTP/1.1 99\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['lines without carriage return', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'HPE_CR_EXPECTED'],
    ['a header without a name', ok(': x\r\n'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a header without a colon', ok('nothing\r\n'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a space before the colon', ok('Content-Length : 0\r\n'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a null byte', ok('x: \u0000\r\n'), 'HPE_INVALID_HEADER_TOKEN'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}`, 'HPE_HEADER_OVERFLOW'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'HPE_UPGRADE'],
    ['a negative length', ok('Content-Length: -1\r\n'), 'HPE_INVALID_CONTENT_LENGTH'],
    ['two lengths', ok('Content-Length: 1\r\nContent-Length: 2\r\n'), 'HPE_INVALID_CONTENT_LENGTH'],
    [
      'a length and chunks',
      ok('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
      'HPE_INVALID_TRANSFER_ENCODING',
    ],
    ['a chunk without a size', chunked('\r\n'), 'HPE_INVALID_CHUNK_SIZE'],
    ['a chunk longer than its size', chunked('1\r\nhi\r\n'), 'HPE_INVALID_CHUNK'],
    ['a chunk line without end', chunked(`1;${'x'.repeat(5_000)}`), 'HPE_INVALID_CHUNK'],
  ])('with %s is refused', (_name, text, code) => expect(read(text)).toBe(code));

  it('to HEAD has no body', () =>
    expect(read(ok('Content-Length: 5\r\n'), { method: 'HEAD' })).toEqual(whole('')));

  it('is read no further than wanted', () => {
    const most = { maxBodyBytes: 3 };
    expect(read(ok('', 'abcdef'), most)).toEqual(whole('abc', false));
    expect(read(ok('Content-Length: 9\r\n', 'abcdef'), most)).toEqual(whole('abc', false));
    expect(read(chunked('4\r\nabcd\r\n'), most)).toEqual(whole('abc', false));
    expect(read(ok('Content-Length: 3\r\n', 'abc'), most)).toEqual(whole('abc'));
  });

  it('has its names in lower case, values that came twice together, and no prototype', () => {
    const reader = new AnswerReader(request);
    reader.read(Buffer.from(ok('X-A: 1\r\nx-a: \t2 \r\n__proto__: x\r\nContent-Length: 0\r\n')));
    const { headers = {} } = reader.answer ?? {};
    expect(headers['x-a']).toBe('1, 2');
    expect(headers['constructor']).toBeUndefined();
  });

  it('is the same however its bytes are cut', () => {
    const piece = fc.constantFrom(
      ...['HTTP/1.1 200 OK', '\r\n', '\r\n\r\n', 'Content-Length: 4', 'Transfer-Encoding: chunked'],
      ...[
        'HTTP/1.1 100 Continue\r\n\r\n',
        'Connection: close',
        '2\r\nhi\r\n',
        '0\r\n\r\n',
        ' x',
        'ü',
      ],
    );
    const text = fc.array(piece, { maxLength: 9 }).map((parts) => parts.join(''));
    const begin = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      chunked(''),
      ok('Content-Length: 4\r\n'),
    );
    fc.assert(
      fc.property(begin, text, fc.array(fc.nat(120), { maxLength: 12 }), (first, rest, cuts) => {
        const bytes = Buffer.from(first + rest);
        const at = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length];
        at.sort((left, right) => left - right);
        const cut = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        const single = Array.from(bytes, (byte) => Buffer.from([byte]));
        // What comes after the answer is not read when it comes later; what is wrong is seen earlier.
        const seen = (pieces: readonly Buffer[]): unknown => {
          const all = readAll(pieces) as { readonly body?: string } | string;
          return typeof all === 'string' ? all.slice(0, 4) : all.body;
        };
        expect(seen(cut)).toBe(seen([bytes]));
        expect(seen(single)).toBe(seen([bytes]));
      }),
      { numRuns: 2_000 },
    );
  });
});
