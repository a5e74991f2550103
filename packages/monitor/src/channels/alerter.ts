import type { Clock } from '../clock.ts';
import type { MonitorLogger } from '../options.ts';
import type { Delivery } from '../store/alert-store.ts';
import type { Store } from '../store/store.ts';
import type { Flip } from '../model.ts';
import type { Channel } from './channel.ts';
import { PermanentFailure } from './channel.ts';

/** How long one attempt may take before another process may make the next. Longer than any channel's timeout. */
const leaseMs = 120_000;
const firstRetryMs = 15_000;
const longestRetryMs = 3_600_000;
/** About a day of attempts. */
const maxAttempts = 30;
const atOnce = 20;

/** Tells channels about flips. */
export interface Alerter {
  /** Queues and sends what is due; resolves when it is sent or has failed. */
  run(): Promise<void>;
}

/** What the alerter needs. */
export interface AlerterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly logger: MonitorLogger;
  /** Address under which people see this server, without a slash at its end; `null` when it is not known. */
  readonly publicUrl: string | null;
}

/**
 * One flip, one message per channel: queueing is one transaction with the flip's mark, taking a message is one with its
 * lease. A process that dies between sending and noting it leaves one message of which nobody knows whether it went out; it
 * is sent again, under the same id.
 */
export const createAlerter = (options: AlerterOptions): Alerter => {
  const { store, clock, channels, logger } = options;
  const names = [...channels.keys()];

  const send = async (delivery: Delivery & { readonly flip: Flip }): Promise<void> => {
    const { flip } = delivery;
    const monitor = await store.findMonitor({ by: 'id', value: flip.monitorId });
    const { publicUrl } = options;
    await channels.get(delivery.channel)?.send({
      type: 'flip',
      id: delivery.id,
      flip,
      monitorName: monitor?.name ?? flip.monitorKey,
      link:
        publicUrl === null ? null : `${publicUrl}/monitors/${encodeURIComponent(flip.monitorKey)}`,
    });
  };

  const deliver = async (delivery: Delivery & { readonly flip: Flip }): Promise<void> => {
    let error: string | null = null;
    let retryAtMs: number | null = null;
    try {
      if (!channels.has(delivery.channel)) throw new PermanentFailure('this channel is gone');
      await send(delivery);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
      const final = thrown instanceof PermanentFailure || delivery.attempts >= maxAttempts;
      const waitMs = Math.min(firstRetryMs * 2 ** (delivery.attempts - 1), longestRetryMs);
      retryAtMs = final ? null : clock.wallMs() + Math.round(waitMs);
      const next = final ? 'given up' : `again in ${Math.round(waitMs / 1000)} s`;
      logger.warn(
        `alert for "${delivery.monitorKey}" to channel "${delivery.channel}": ${error}, ${next}`,
      );
    }
    await store.finishDelivery(delivery.id, { error, retryAtMs }, clock.wallMs());
  };

  return {
    run: async () => {
      await store.queueDeliveries(names, clock.wallMs());
      let taken: readonly unknown[] = [];
      do {
        const deliveries = await store.claimDeliveries(clock.wallMs(), leaseMs, atOnce);
        await Promise.all(deliveries.map(deliver));
        taken = deliveries;
      } while (taken.length === atOnce);
    },
  };
};
