/** The bytes of an address, most significant first: 4 of IPv4, 16 of IPv6. */
export type AddressBytes = readonly number[];

const part = (text: string): number | undefined => {
  if (/^0x[0-9a-f]*$/iu.test(text)) return text.length === 2 ? 0 : Number.parseInt(text, 16);
  if (/^0[0-7]+$/u.test(text)) return Number.parseInt(text, 8);
  return /^(?:0|[1-9]\d*)$/u.test(text) ? Number(text) : undefined;
};

/**
 * Reads IPv4 as `inet_aton` and URL parsers do: one to four parts, each decimal, octal (`0177`) or hexadecimal (`0x7f`), the
 * last one filling what is left; a dot at the end is ignored. Undefined for anything else, names among them.
 */
export const parseIpv4 = (text: string): AddressBytes | undefined => {
  const parts = (text.endsWith('.') ? text.slice(0, -1) : text).split('.').map(part);
  if (parts.length > 4 || parts.includes(undefined)) return undefined;
  const numbers = parts as number[];
  const last = numbers.pop() as number;
  const room = 4 - numbers.length;
  if (numbers.some((value) => value > 255) || last >= 256 ** room) return undefined;
  const rest = Array.from(
    { length: room },
    (_, index) => Math.floor(last / 256 ** (room - 1 - index)) % 256,
  );
  return [...numbers, ...rest];
};

const strictIpv4 = (text: string): AddressBytes | undefined =>
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/u.test(text)
    ? text.split('.').map(Number)
    : undefined;

const groups = (text: string): number[] | undefined => {
  if (text === '') return [];
  const bytes: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    if (index === words.length - 1 && word.includes('.')) {
      const embedded = strictIpv4(word);
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    } else if (/^[0-9a-f]{1,4}$/iu.test(word)) {
      const value = Number.parseInt(word, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
};

/** Reads IPv6 (RFC 4291) in any case, shortened or not, with an IPv4 tail, in brackets, with a zone id (`%eth0`). */
export const parseIpv6 = (text: string): AddressBytes | undefined => {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const zone = bare.indexOf('%');
  const address = zone === -1 ? bare : bare.slice(0, zone);
  if (!address.includes(':')) return undefined;
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const end = tail as number[];
  const missing = 16 - head.length - end.length;
  return missing < 2 ? undefined : [...head, ...Array<number>(missing).fill(0), ...end];
};

/** The bytes of an address in any spelling; undefined when the text is no address, for example a host name. */
export const parseAddress = (text: string): AddressBytes | undefined =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text);
