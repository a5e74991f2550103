import { type AddressBytes, parseAddress } from './parse-address.ts';
import { type AddressKind, addressRanges } from './ranges.ts';

const known = addressRanges.map(({ address, bits, kind }) => ({
  bytes: parseAddress(address) as AddressBytes,
  bits,
  kind,
}));

const begins = (bytes: AddressBytes, prefix: AddressBytes, bits: number): boolean => {
  if (bytes.length !== prefix.length) return false;
  const whole = bits >> 3;
  for (let index = 0; index < whole; index += 1) if (bytes[index] !== prefix[index]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const shift = 8 - rest;
  return (bytes[whole] as number) >> shift === (prefix[whole] as number) >> shift;
};

/**
 * The kind of an address in any spelling: IPv4 in decimal, octal, hexadecimal and short forms; IPv6 with IPv4 in it, zone id
 * or brackets. Undefined for what is no address: a host name is never judged by how it looks.
 */
export const classifyAddress = (text: string): AddressKind | undefined => {
  const bytes = parseAddress(text);
  if (bytes === undefined) return undefined;
  return known.find(({ bytes: prefix, bits }) => begins(bytes, prefix, bits))?.kind ?? 'public';
};

/** True for a host that means this machine however it is looked up: `localhost`, a name under it, a loopback address. */
export const isLocalHost = (host: string): boolean =>
  /(?:^|\.)localhost\.?$/iu.test(host) || classifyAddress(host) === 'loopback';
