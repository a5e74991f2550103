import type { Agent } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import type { FetchLike } from '../transport/fetch.ts';

/** TLS as node:tls takes it. */
export interface TlsOptions extends SecureContextOptions {
  /** False accepts any certificate: dangerous, for tests only. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Name in the certificate, where it is not the host's. */
  readonly servername?: string | undefined;
}

/** How requests get to the services; all optional. */
export interface NetworkOptions {
  /**
   * Opens private addresses (10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7, names that mean this machine), and plain HTTP
   * there, for self-hosted services. Cloud metadata and link-local addresses stay closed. Default false.
   */
  readonly allowPrivateNetwork?: boolean | undefined;
  /** Own certificate authority (`ca`), client certificate (`cert`, `key`), lowest version. Node only. */
  readonly tls?: TlsOptions | undefined;
  /**
   * Makes the connections, for example through a proxy. The addresses behind a proxy are the proxy's to check: only what the
   * URL itself says is refused then. Node only.
   */
  readonly agent?: Agent | undefined;
  /** Sends the requests instead of the own client; looks names up by itself, so that only the URL can be checked. */
  readonly fetch?: FetchLike | undefined;
}
