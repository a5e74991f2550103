import type { Clock } from '../clock.ts';
import type { MonitorLogger } from '../options.ts';
import type { Retention, Store } from '../store/store.ts';

const pruneEveryMs = 60_000;

/** Looks at deadlines again and again. */
export interface Evaluator {
  /** When an evaluation last succeeded; `null` before the first. */
  readonly lastMs: () => number | null;
  /** Stops, and waits for the round under way. */
  stop(): Promise<void>;
}

/** What the evaluator needs. */
export interface EvaluatorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly everyMs: number;
  readonly retention: Retention;
  readonly logger: MonitorLogger;
  /** Called after each round that succeeded. */
  readonly onRound: () => void;
}

/** Evaluates once, so that what was missed meanwhile is known before the first request, then at the interval. */
export const startEvaluator = async (options: EvaluatorOptions): Promise<Evaluator> => {
  const { store, clock, logger } = options;
  let stopped = false;
  let lastMs: number | null = null;
  let prunedMs = clock.wallMs();
  let timer: object | number | undefined;
  let round: Promise<void> = Promise.resolve();
  let pruning: Promise<void> | null = null;

  const evaluate = async (): Promise<void> => {
    const nowMs = clock.wallMs();
    const { outage } = await store.evaluate(nowMs);
    if (outage !== null) {
      const seconds = Math.round((outage.toMs - outage.fromMs) / 1000);
      logger.warn(
        `the monitor itself was not running for ${seconds} s; what was due then gets its grace again`,
      );
    }
    lastMs = nowMs;
    options.onRound();
    if (nowMs - prunedMs < pruneEveryMs || pruning !== null) return;
    prunedMs = nowMs;
    // deleting may take longer than a round; deadlines do not wait for it
    pruning = store
      .prune(nowMs, options.retention)
      .then(
        () => {},
        (error: unknown) => logger.error(`deleting what is old failed: ${String(error)}`),
      )
      .finally(() => {
        pruning = null;
      });
  };

  const schedule = (): void => {
    if (stopped) return;
    timer = clock.setTimer(() => {
      round = evaluate()
        .catch((error: unknown) => logger.error(`evaluation failed: ${String(error)}`))
        .then(schedule);
    }, options.everyMs);
  };

  await evaluate();
  schedule();
  return {
    lastMs: () => lastMs,
    stop: async () => {
      stopped = true;
      if (timer !== undefined) clock.clearTimer(timer);
      await round;
      await pruning;
    },
  };
};
