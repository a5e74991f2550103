/**
 * What became of a ping at one provider, from best to worst:
 * `accepted` (the service took it), `unverified` (it answered with success, which proves nothing there), `coalesced`
 * (merged into another ping that tells its count), `spooled` (on disk for later), `rate-limited`, `rejected` (a permanent
 * no), `unreachable` (given up after network errors or 5xx), `dropped` (never sent, see the reason).
 */
export type OutcomeStatus =
  | 'accepted'
  | 'unverified'
  | 'coalesced'
  | 'spooled'
  | 'rate-limited'
  | 'rejected'
  | 'unreachable'
  | 'dropped';

/** Why a ping was dropped, withheld or merged. */
export type DropReason =
  | 'unsupported'
  | 'superseded'
  | 'stale'
  | 'queue-full'
  | 'deadline'
  | 'closed'
  | 'disabled'
  | 'invalid'
  | 'misconfigured'
  | 'skipped'
  | 'throttled'
  | 'exit-budget'
  | 'spool-full';

/** The failure as the service or the network told it. */
export interface OutcomeError {
  /** HTTP status; 0 when no answer came (network, timeout, refused address). */
  readonly statusCode: number;
  /** One line, secrets masked. */
  readonly message: string;
  /** The parsed JSON body, or its text, when there was one; secrets masked. */
  readonly body: unknown;
}

/** What became of a ping at one provider. */
export interface ProviderOutcome {
  /** The provider's name, for example `healthchecks`. */
  readonly provider: string;
  readonly status: OutcomeStatus;
  /** A {@link DropReason} when dropped; else a short word of the provider or the network (`timeout`, `refused`). */
  readonly reason: string | undefined;
  /** How many requests were made for it. */
  readonly attempts: number;
  readonly httpStatus: number | undefined;
  /** The service's answer as the provider parsed it, typed by the provider. */
  readonly response: unknown;
  readonly error: OutcomeError | undefined;
}

/** What became of a ping: the worst of its providers, and each of them. */
export interface Outcome {
  readonly status: OutcomeStatus;
  readonly providers: readonly ProviderOutcome[];
  /** Returns itself when the status is accepted, unverified, coalesced or spooled; else throws `ERR_LUBDUB_PING_FAILED`. */
  orThrow(): Outcome;
}
