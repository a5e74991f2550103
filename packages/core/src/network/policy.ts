import { LubdubError } from '../errors.ts';
import { classifyAddress, isLocalHost } from './address.ts';
import type { AddressKind } from './ranges.ts';

/** What decides where a request may go. */
export interface Destination {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** The host as the URL has it, brackets of IPv6 or not. */
  readonly host: string;
  /** Private addresses are open, and plain HTTP there. */
  readonly allowPrivateNetwork: boolean;
}

const option = 'allowPrivateNetwork';

const refused = (message: string): LubdubError =>
  new LubdubError('ERR_LUBDUB_ADDRESS_REFUSED', message, { option });

const article = (kind: AddressKind): string =>
  kind === 'metadata' ? 'a cloud metadata address' : `a ${kind} address`;

/** The kinds of address that a destination may turn out to have. */
export const acceptedKinds = ({
  protocol,
  host,
  allowPrivateNetwork,
}: Destination): readonly AddressKind[] => {
  const kinds: AddressKind[] = protocol === 'https:' ? ['public'] : [];
  if (allowPrivateNetwork || isLocalHost(host)) kinds.push('loopback');
  if (allowPrivateNetwork) kinds.push('private');
  return kinds;
};

/** Why one address of a destination is refused, or undefined. */
export const addressRefusal = (
  address: string,
  destination: Destination,
): LubdubError | undefined => {
  const kind = classifyAddress(address) ?? 'reserved';
  if (acceptedKinds(destination).includes(kind)) return undefined;
  if (kind === 'public')
    return refused(
      `The host "${destination.host}" has a public address, where plain HTTP is not allowed; use https.`,
    );
  const where = `The host "${destination.host}" has ${article(kind)}`;
  return refused(
    kind === 'private' || kind === 'loopback'
      ? `${where}; set ${option}: true if the service runs in your own network.`
      : `${where}, which is never connected to.`,
  );
};

/**
 * Why a request must not even be tried, as far as its URL tells: not http(s), plain HTTP to a host that is not local,
 * a refused address written as the host. Names are judged once more when they are looked up.
 */
export const destinationRefusal = (destination: Destination): LubdubError | undefined => {
  const { protocol, host, allowPrivateNetwork } = destination;
  if (protocol !== 'https:' && protocol !== 'http:')
    return refused(`"${protocol}" is no protocol that pings can take; use https.`);
  if (classifyAddress(host) !== undefined) return addressRefusal(host, destination);
  if (protocol === 'https:' || allowPrivateNetwork || isLocalHost(host)) return undefined;
  return refused(
    `Plain HTTP to "${host}" is not allowed; use https, or set ${option}: true if the service runs in your own network.`,
  );
};

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const control = /[\u0000-\u001f\u007f]/u;

/** True when a URL or a header could break out of its line. */
export const holdsControlCharacters = (
  url: string,
  headers: Readonly<Record<string, string>>,
): boolean => {
  if (control.test(url)) return true;
  for (const name in headers)
    if (control.test(name) || control.test(headers[name] as string)) return true;
  return false;
};
