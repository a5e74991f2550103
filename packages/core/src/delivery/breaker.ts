/** When a service that is down is left alone. */
export interface BreakerOptions {
  /** Failed attempts in a row that open it. Default 5. */
  readonly failures: number;
  /** First wait before a probe, milliseconds; doubles with every probe that fails. Default 1,000. */
  readonly baseMs: number;
  /** Longest wait before a probe, milliseconds. Default 30,000. */
  readonly maxMs: number;
}

/** The defaults of `breaker`. */
export const defaultBreaker: BreakerOptions = { failures: 5, baseMs: 1_000, maxMs: 30_000 };

/** Where a breaker stands. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What an attempt changed, so that the owner can tell. */
export type BreakerChange = 'opened' | 'closed' | undefined;

/**
 * Circuit breaker of one origin. Open: nothing is sent. Half-open: one probe. After a probe that worked the number of
 * requests at once grows from one, doubling, so that a service that comes back is not trampled.
 */
export class Breaker {
  #state: BreakerState = 'closed';
  #failuresInRow = 0;
  #probesFailed = 0;
  #retryAtMs = 0;
  #allowance = Number.POSITIVE_INFINITY;
  readonly #options: BreakerOptions;
  readonly #random: () => number;

  constructor(options: BreakerOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When the next probe may go (monotonic); meaningful while open. */
  get retryAtMs(): number {
    return this.#retryAtMs;
  }

  /** How many requests may be on the wire now. */
  allowance(nowMs: number): number {
    if (this.#state === 'open') return nowMs >= this.#retryAtMs ? 1 : 0;
    return this.#state === 'half-open' ? 1 : this.#allowance;
  }

  /** Call when a request goes out; says whether it is a probe. */
  sending(): boolean {
    if (this.#state === 'open') this.#state = 'half-open';
    return this.#state === 'half-open';
  }

  /** What a request has shown: `succeeded` or `failed`; undefined: it never left, so a probe is still to be made. */
  landed(reached: boolean | undefined, nowMs: number): BreakerChange {
    if (reached !== undefined) return reached ? this.succeeded() : this.failed(nowMs);
    if (this.#state === 'half-open') this.#state = 'open';
    return undefined;
  }

  /** The service answered. */
  succeeded(): BreakerChange {
    this.#failuresInRow = 0;
    if (this.#state === 'closed') {
      this.#allowance *= 2;
      if (this.#allowance > 1_024) this.#allowance = Number.POSITIVE_INFINITY;
      return undefined;
    }
    this.#state = 'closed';
    this.#probesFailed = 0;
    this.#allowance = 1;
    return 'closed';
  }

  /** No usable answer. */
  failed(nowMs: number): BreakerChange {
    this.#failuresInRow += 1;
    if (this.#failuresInRow < this.#options.failures) return undefined;
    const change = this.#state === 'closed' ? 'opened' : undefined;
    if (this.#state === 'half-open') this.#probesFailed += 1;
    const cap = Math.min(
      this.#options.maxMs,
      this.#options.baseMs * 2 ** Math.min(this.#probesFailed, 30),
    );
    // At least half of the cap, so that a whole fleet does not probe at once, nor at the same time.
    if (this.#state !== 'open') this.#retryAtMs = nowMs + cap * (0.5 + this.#random() / 2);
    this.#state = 'open';
    return change;
  }

  /** Lets a probe go at once: somebody is waiting for a flush. */
  hurry(nowMs: number): void {
    this.#retryAtMs = Math.min(this.#retryAtMs, nowMs);
  }
}
