import {
  type Clock,
  checkWrap,
  type HeartbeatClient,
  type Liveness,
  systemClock,
} from '@lubdub/core';
import { checkOptions, milliseconds, type Rule, withMethods } from './check.ts';
import { clientOf } from './find-client.ts';

/** Options of every progress-driven beat. */
export interface ProgressOptions {
  /** How often it looks and beats, milliseconds, at least 1,000. Default 60,000. */
  readonly intervalMs?: number | undefined;
  /**
   * How long jobs may wait or run without any of them getting on before that is told as a fail, milliseconds. Longer than the
   * longest job that reports no progress. Default 300,000.
   */
  readonly maxIdleMs?: number | undefined;
  /** Default: the client of `initHeartbeat`. Without one nothing beats, with one warning. */
  readonly client?: HeartbeatClient | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/** What a look at a queue found. */
export interface Reading {
  /** Jobs that could run now. */
  readonly waiting: number;
  /** Jobs that run. */
  readonly running: number;
  /** Changes when, and only when, jobs get on. */
  readonly signature: string;
  /** A deliberate standstill (a paused queue that may beat). */
  readonly excused?: boolean | undefined;
  /** More for the text of the fail, for example that no worker is connected. */
  readonly note?: string | undefined;
}

/** A queue that is watched for progress. */
export interface ProgressMonitor {
  /** Notes progress that a look cannot see, for example an event of a worker. */
  moved(): void;
  /** Stops beating. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

/** Rules of {@link ProgressOptions}. */
export const progressRules: Readonly<Record<string, Rule>> = {
  intervalMs: milliseconds(1_000),
  maxIdleMs: milliseconds(1),
  client: withMethods('a client of createHeartbeat', 'every', 'ping'),
  clock: withMethods('a clock', 'monotonicMs'),
};

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

/** Judges looks: may it beat, and is a standstill new? */
class ProgressJudge {
  readonly #clock: Clock;
  readonly #maxIdleMs: number;
  #movedAtMs: number;
  #signature: string | undefined;
  #told = false;

  constructor(clock: Clock, maxIdleMs: number) {
    this.#clock = clock;
    this.#maxIdleMs = maxIdleMs;
    this.#movedAtMs = clock.monotonicMs();
  }

  moved(): void {
    this.#movedAtMs = this.#clock.monotonicMs();
    this.#told = false;
  }

  /** `beat`; `stuck` when it has just become clear; `hold` for as long as it stays so. */
  judge(reading: Reading): 'beat' | 'stuck' | 'hold' {
    const { waiting, running, signature, excused } = reading;
    const changed = signature !== this.#signature;
    this.#signature = signature;
    if (changed || excused === true || (waiting === 0 && running === 0)) this.moved();
    if (this.#clock.monotonicMs() - this.#movedAtMs < this.#maxIdleMs) return 'beat';
    if (this.#told) return 'hold';
    this.#told = true;
    return 'stuck';
  }

  text({ waiting, running, note }: Reading): string {
    const seconds = Math.round((this.#clock.monotonicMs() - this.#movedAtMs) / 1_000);
    const more = note === undefined ? '' : `; ${note}`;
    return `no progress for ${seconds} s: ${counted(waiting, 'job')} waiting, ${counted(running, 'job')} running${more}`;
  }
}

/**
 * Beats at an interval only while `look` finds that jobs get on, or that there is nothing to do. A standstill is told once as
 * a fail; until it ends nothing beats. A look that fails or never answers withholds the beat, so that the service notices.
 *
 * @throws LubdubError for a wrong key or option
 */
export const watchProgress = (
  key: string,
  options: ProgressOptions,
  look: () => Promise<Reading>,
): ProgressMonitor => {
  checkWrap(key, look);
  const { intervalMs, maxIdleMs = 300_000, clock = systemClock } = options;
  checkOptions({ intervalMs, maxIdleMs, clock, client: options.client }, progressRules);
  const client = clientOf(options.client);
  const judge = new ProgressJudge(clock, maxIdleMs);
  const check = async (): Promise<boolean> => {
    const reading = await look();
    const verdict = judge.judge(reading);
    if (verdict === 'stuck') {
      void client
        ?.ping(key, { state: 'fail', message: judge.text(reading) })
        .catch(() => undefined);
    }
    return verdict === 'beat';
  };
  const liveness: Liveness | undefined = client?.every(key, { intervalMs, check });
  const stop = (): void => liveness?.stop();
  return { moved: () => judge.moved(), stop, [Symbol.dispose]: stop };
};
