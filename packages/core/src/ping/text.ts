import type { TextLimit } from '../providers/provider.ts';

const encoder = new TextEncoder();
const ellipsis = '...';
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

/** The text with every lone surrogate replaced by U+FFFD, so that it survives UTF-8. */
export const wellFormed = (text: string): string => {
  const native = text as string & { isWellFormed?(): boolean; toWellFormed?(): string };
  if (native.isWellFormed?.() === true) return text;
  return native.toWellFormed?.() ?? text.replace(loneSurrogate, '\ufffd');
};

/** Length of the text in UTF-8 bytes. */
export const byteLength = (text: string): number => {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index) as number;
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code < 0x10000) bytes += 2;
    else {
      bytes += 2;
      index += 1;
    }
  }
  return bytes;
};

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

const headOfCharacters = (text: string, max: number): string =>
  text.slice(
    0,
    isHighSurrogate(text.charCodeAt(max - 1)) && isLowSurrogate(text.charCodeAt(max))
      ? max - 1
      : max,
  );

const tailOfCharacters = (text: string, max: number): string => {
  const from = text.length - max;
  return text.slice(
    isLowSurrogate(text.charCodeAt(from)) && isHighSurrogate(text.charCodeAt(from - 1))
      ? from + 1
      : from,
  );
};

const headOfBytes = (text: string, max: number): string => {
  const target = new Uint8Array(max);
  return text.slice(0, encoder.encodeInto(text.slice(0, max), target).read);
};

const tailOfBytes = (text: string, max: number): string => {
  let bytes = 0;
  let from = text.length;
  while (from > 0) {
    const step =
      from > 1 &&
      isLowSurrogate(text.charCodeAt(from - 1)) &&
      isHighSurrogate(text.charCodeAt(from - 2))
        ? 2
        : 1;
    bytes += byteLength(text.slice(from - step, from));
    if (bytes > max) break;
    from -= step;
  }
  return text.slice(from);
};

/**
 * Cuts a text to a limit, at the end that the limit does not keep, marks the cut with `...` and never cuts inside a character.
 * Returns the well-formed text itself when it fits.
 */
export const cutText = (text: string, limit: TextLimit): string => {
  // More than max characters never fit, whatever the unit; cutting first keeps a huge string cheap.
  const spare = limit.max + 4;
  const bounded =
    text.length <= spare
      ? text
      : limit.keep === 'head'
        ? headOfCharacters(text, spare)
        : tailOfCharacters(text, spare);
  const clean = wellFormed(bounded);
  const bytes = limit.unit === 'bytes';
  const length = bytes ? byteLength(clean) : clean.length;
  if (length <= limit.max && bounded.length === text.length) return clean;
  const room = limit.max - ellipsis.length;
  if (room <= 0) return bytes ? headOfBytes(clean, limit.max) : headOfCharacters(clean, limit.max);
  if (limit.keep === 'head')
    return (bytes ? headOfBytes(clean, room) : headOfCharacters(clean, room)) + ellipsis;
  return ellipsis + (bytes ? tailOfBytes(clean, room) : tailOfCharacters(clean, room));
};
