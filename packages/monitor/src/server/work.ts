import { createAlerter } from '../channels/alerter.ts';
import { createOutwardBeat } from '../channels/beat-outward.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Store } from '../store/store.ts';
import { startEvaluator } from './evaluator.ts';
import type { Metrics } from './metrics.ts';

const beatEveryMs = 60_000;

/** What goes on without requests: evaluation, alerts, the beat outward. */
export interface Work {
  readonly evaluatedMs: () => number | null;
  /** Ends it, and waits for what is under way. */
  readonly stop: () => Promise<void>;
}

/** Starts it; the first evaluation is done when this resolves. */
export const startWork = async (
  store: Store,
  options: ResolvedOptions,
  metrics: Metrics,
): Promise<Work> => {
  const { clock, logger, channels, beatUrl } = options;
  const publicUrl = options.publicUrl ?? null;
  const alerter = createAlerter({ store, clock, channels, logger, publicUrl });
  const beat =
    beatUrl === undefined ? null : createOutwardBeat(beatUrl, beatEveryMs, clock, logger);

  // a slow channel must not hold up the next evaluation
  let alerting: Promise<void> | null = null;
  const alert = (): void => {
    alerting ??= alerter
      .run()
      .catch((error: unknown) => logger.error(`alerts failed: ${String(error)}`))
      .finally(() => {
        alerting = null;
      });
  };

  const evaluator = await startEvaluator({
    store,
    clock,
    everyMs: options.evaluateEveryMs,
    retention: options.retention,
    logger,
    onRound: () => {
      metrics.countEvaluation();
      beat?.evaluated();
      alert();
    },
  });
  return {
    evaluatedMs: evaluator.lastMs,
    stop: async () => {
      await evaluator.stop();
      await alerting;
    },
  };
};
