import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { LubdubError } from '../errors.ts';
import { guardedLookup } from '../network/guarded-lookup.ts';
import type { TlsOptions } from '../network/network-options.ts';
import { type Destination, destinationRefusal } from '../network/policy.ts';
import type { TransportRequest } from './transport.ts';

/** Options of {@link createNodeTransport}. */
export interface NodeTransportOptions {
  /** Most connections to one origin. Default 64. */
  readonly maxSockets?: number;
  /** Certificates, client key, lowest version and so on, as node:tls takes them. */
  readonly tls?: TlsOptions | undefined;
  /** An agent that makes the connections instead, for example one for a proxy. */
  readonly agent?: HttpAgent | undefined;
  /** Resolves host names instead of `dns.lookup`; what it finds is checked all the same. */
  readonly lookup?: LookupFunction | undefined;
}

const mostKnownUrls = 512;

/** A URL taken apart, with what its policy says of it. */
export interface Route {
  /** Where to connect and how to look it up. */
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction | undefined;
  readonly https: boolean;
  readonly path: string;
  /** What `Host` says. */
  readonly hostHeader: string;
  /** Requests with the same may share connections. */
  readonly origin: string;
  readonly destination: Destination;
  readonly refusal: LubdubError | undefined;
}

/** True for an agent that connects to the host itself: not a proxy's. */
export const isDirect = (agent: HttpAgent): boolean =>
  [HttpAgent.prototype, HttpsAgent.prototype].includes(
    Object.getPrototypeOf(agent) as HttpsAgent,
  ) &&
  !Object.hasOwn(agent, 'createConnection') &&
  (agent as { options?: { proxyEnv?: unknown } }).options?.proxyEnv === undefined;

const routeOf = (
  url: string,
  allowPrivateNetwork: boolean,
  { lookup, agent }: NodeTransportOptions,
): Route => {
  const parsed = new URL(url);
  const { protocol, hostname, port, pathname, search, username, password } = parsed;
  const https = protocol === 'https:';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const destination: Destination = { protocol, host, allowPrivateNetwork };
  const credentials = username !== '' || password !== '';
  const guarded = agent === undefined || isDirect(agent);
  return {
    host,
    port: Number(port || (https ? 443 : 80)),
    lookup: guarded ? guardedLookup(destination, lookup) : undefined,
    https,
    path: pathname + search,
    hostHeader: parsed.host,
    origin: `${protocol}//${parsed.host} ${allowPrivateNetwork}`,
    destination,
    refusal: credentials
      ? new LubdubError('ERR_LUBDUB_ADDRESS_REFUSED', 'The URL has credentials in it.')
      : destinationRefusal(destination),
  };
};

/** Routes of the URLs seen last: most pings go to the same few. */
export class RouteCache {
  readonly #options: NodeTransportOptions;
  readonly #known = [new Map<string, Route>(), new Map<string, Route>()] as const;

  constructor(options: NodeTransportOptions) {
    this.#options = options;
  }

  of({ url, allowPrivateNetwork = false }: TransportRequest): Route {
    const known = this.#known[allowPrivateNetwork ? 1 : 0];
    const found = known.get(url);
    if (found !== undefined) return found;
    const made = routeOf(url, allowPrivateNetwork, this.#options);
    if (known.size >= mostKnownUrls) known.clear();
    known.set(url, made);
    return made;
  }
}
