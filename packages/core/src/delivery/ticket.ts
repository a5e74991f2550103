import { LubdubError } from '../errors.ts';
import type { EventHub } from '../events.ts';
import type { Outcome, OutcomeStatus, ProviderOutcome } from '../outcome.ts';
import type { PingRecord } from '../ping/record.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Ticket } from './entry.ts';
import { summarise } from './settlement.ts';

const fromBest: readonly OutcomeStatus[] = [
  'accepted',
  'unverified',
  'coalesced',
  'spooled',
  'rate-limited',
  'rejected',
  'unreachable',
  'dropped',
];

const good: ReadonlySet<OutcomeStatus> = new Set([
  'accepted',
  'unverified',
  'coalesced',
  'spooled',
]);

/**
 * Puts the outcomes of several providers together: the worst counts, except that a provider which cannot carry the state
 * at all (`dropped: unsupported`) counts only when none could.
 */
export const createOutcome = (providers: readonly ProviderOutcome[]): Outcome => {
  const able = providers.filter(
    ({ status, reason }) => !(status === 'dropped' && reason === 'unsupported'),
  );
  let worst: OutcomeStatus = able.length === 0 ? 'dropped' : 'accepted';
  for (const { status } of able)
    if (fromBest.indexOf(status) > fromBest.indexOf(worst)) worst = status;
  const outcome: Outcome = {
    status: worst,
    providers,
    orThrow() {
      if (good.has(worst)) return outcome;
      const causes = providers
        .filter(({ status }) => !good.has(status))
        .map(
          ({ provider, status, reason, error }) =>
            `${provider}: ${status}${reason === undefined ? '' : ` (${reason})`}${error === undefined ? '' : `, ${error.message}`}`,
        );
      throw new LubdubError(
        'ERR_LUBDUB_PING_FAILED',
        `The ping was not delivered: ${causes.join('; ') || 'no provider takes it'}.`,
      );
    },
  };
  return outcome;
};

/** Settles a promise with an outcome, and tells the event `ping-settled`. */
export const settling =
  (
    ping: PingRecord,
    events: EventHub,
    redactor: Redactor,
    resolve: (outcome: Outcome) => void,
  ): ((outcome: Outcome) => void) =>
  (outcome) => {
    if (events.has('ping-settled'))
      events.emit('ping-settled', { ping: summarise(ping, redactor), outcome });
    resolve(outcome);
  };

/** Collects one outcome per provider and hands the whole on. */
export class OutcomeTicket implements Ticket {
  readonly #expected: number;
  readonly #outcomes: ProviderOutcome[] = [];
  readonly #done: (outcome: Outcome) => void;

  constructor(expected: number, done: (outcome: Outcome) => void) {
    this.#expected = expected;
    this.#done = done;
  }

  report(outcome: ProviderOutcome): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length === this.#expected) this.#done(createOutcome(this.#outcomes));
  }
}
