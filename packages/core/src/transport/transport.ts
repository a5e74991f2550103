/** One HTTP request, made once. */
export interface TransportRequest {
  readonly method: string;
  /** Absolute URL, may hold a secret. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Time for the whole attempt, connection and body included, milliseconds. */
  readonly timeoutMs: number;
  /** Answer bytes kept; the rest is not read. Default 65,536. */
  readonly maxBodyBytes?: number;
  /** Opens private addresses for this request. */
  readonly allowPrivateNetwork?: boolean;
  /** Cancels the attempt. */
  readonly signal?: AbortSignal;
}

/** What went wrong when no answer came. `sent` is false only when no byte can have left. */
export interface TransportFailure {
  readonly kind: 'failure';
  readonly reason:
    | 'timeout'
    | 'dns'
    | 'refused'
    | 'reset'
    | 'tls'
    | 'protocol'
    | 'address-refused'
    | 'aborted'
    | 'invalid'
    | 'secret-unavailable'
    | 'network';
  /** One line without URL or secret. */
  readonly message: string;
  readonly sent: boolean;
}

/** The answer; header names in lower case. */
export interface TransportResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answer bytes kept where a request does not say. */
export const defaultMaxBodyBytes = 65_536;

/** What one attempt gave. */
export type TransportResult = TransportResponse | TransportFailure;

/**
 * Moves requests: one attempt with a timeout, never a redirect, never a retry, never a rejection. Retry, pacing and breaker
 * live in delivery.
 */
export interface Transport {
  readonly name: string;
  /** Calls `done` exactly once, never synchronously. */
  send(request: TransportRequest, done: (result: TransportResult) => void): void;
  /** Lets go of idle connections. Safe to call twice. */
  close(): void;
}
