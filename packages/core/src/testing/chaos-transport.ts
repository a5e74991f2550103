import type { Clock } from '../clock.ts';
import type { Transport, TransportRequest, TransportResult } from '../transport/transport.ts';

/** What {@link withChaos} does to requests; the parts are chances from 0 to 1. */
export interface ChaosOptions {
  /** The same seed does the same things in the same order. */
  readonly seed: number;
  /** Delays run on it; the clock of the client under test. */
  readonly clock: Clock;
  /** The request never arrives; the caller gets a refusal, a reset or, in time, a timeout. Default 0.15. */
  readonly dropped?: number | undefined;
  /** The request arrives, its answer does not: a timeout. Default 0.1. */
  readonly unanswered?: number | undefined;
  /** A proxy on the way answers instead, with one of `statuses`; nothing arrives. Default 0.15. */
  readonly intercepted?: number | undefined;
  /** Default 408, 429, 500, 502, 503. */
  readonly statuses?: readonly number[] | undefined;
  /** Longest delay of an answer, milliseconds. Default 400. */
  readonly maxDelayMs?: number | undefined;
}

/** A transport in trouble. */
export interface ChaosTransport extends Transport {
  /** From now on everything goes well. */
  calm(): void;
}

/** Numbers from 0 to below 1, the same for the same seed (an xorshift generator). */
const seeded = (seed: number): (() => number) => {
  let state = (seed ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
};

const failure = (
  reason: Extract<TransportResult, { kind: 'failure' }>['reason'],
  sent: boolean,
): TransportResult => ({ kind: 'failure', reason, message: `chaos: ${reason}`, sent });

/**
 * Puts trouble between a client and a transport, for tests: lost requests, lost answers, delays, answers of strangers. Every
 * request still gets exactly one result, later.
 */
export const withChaos = (transport: Transport, options: ChaosOptions): ChaosTransport => {
  const { clock, dropped = 0.15, unanswered = 0.1, intercepted = 0.15, maxDelayMs = 400 } = options;
  const { statuses = [408, 429, 500, 502, 503] } = options;
  const random = seeded(options.seed);
  let calm = false;
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const trouble = (
    request: TransportRequest,
    answer: (result: TransportResult, delayMs: number) => void,
  ): void => {
    const delayMs = Math.min(random() * maxDelayMs, request.timeoutMs);
    const fate = random();
    if (fate < dropped) {
      const reason = pick(['refused', 'reset', 'timeout'] as const);
      answer(
        failure(reason, reason !== 'refused'),
        reason === 'timeout' ? request.timeoutMs : delayMs,
      );
    } else if (fate < dropped + intercepted) {
      answer({ kind: 'response', status: pick(statuses), headers: {}, body: '' }, delayMs);
    } else if (fate < dropped + intercepted + unanswered) {
      transport.send(request, () => answer(failure('timeout', true), request.timeoutMs));
    } else transport.send(request, (result) => answer(result, delayMs));
  };
  return {
    name: `chaos-${transport.name}`,
    calm() {
      calm = true;
    },
    send(request, done) {
      if (calm) transport.send(request, done);
      else trouble(request, (result, delayMs) => void clock.setTimer(() => done(result), delayMs));
    },
    close: () => transport.close(),
  };
};
