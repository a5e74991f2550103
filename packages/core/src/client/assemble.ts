import { type Clock, systemClock } from '../clock.ts';
import { defaultBreaker } from '../delivery/breaker.ts';
import { defaultQueue } from '../delivery/chain-queue.ts';
import { Delivery, type Route } from '../delivery/delivery.ts';
import { defaultRetry } from '../delivery/retry.ts';
import { EventHub } from '../events.ts';
import { consoleLogger, type Logger } from '../logger.ts';
import { checkDestinations } from '../network/destinations.ts';
import { createRedactor, type Redactor } from '../ping/redact.ts';
import type { Platform } from '../platform/platform.ts';
import type { Surroundings } from '../delivery/targets.ts';
import { activeTraceId, withoutTracing } from '../platform/telemetry.ts';
import type { Provider } from '../providers/provider.ts';
import { RunTracker } from '../run/tracker.ts';
import type { Transport } from '../transport/transport.ts';
import { version } from '../version.ts';
import { Misconfigurations } from './misconfigurations.ts';
import type { HeartbeatOptions } from './options.ts';
import { Spooling } from './spooling.ts';
import { Tracking, type TrackingParts } from './tracking.ts';
import { Upserts } from './upserts.ts';

/** Everything a client is made of. */
export interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly redactor: Redactor;
  readonly delivery: Delivery;
  readonly tracker: RunTracker;
  readonly tracking: readonly Tracking[];
  readonly spooling: Spooling;
  readonly misconfigurations: Misconfigurations;
  readonly upserts: Upserts;
}

const defaultSuccessTtlMs = 300_000;
const defaultConcurrency = 10;

/** Masks secrets in whatever the user's logger is given, and never throws. */
const maskedLogger = (logger: Logger, redactor: Redactor): Logger => {
  const write = (level: 'warn' | 'error') => (message: string) => {
    try {
      logger[level](redactor.text(message));
    } catch {
      // A logger's fault is not the job's.
    }
  };
  return { warn: write('warn'), error: write('error') };
};

/** A transport whose requests make no spans of their own. */
const untraced = (transport: Transport): Transport => ({
  name: transport.name,
  send: (request, done) => withoutTracing(() => transport.send(request, done)),
  close: () => transport.close(),
});

const trackingOf = (
  routes: readonly Route[],
  parts: Pick<TrackingParts, 'clock' | 'random' | 'retry' | 'onMisconfigured'> & {
    readonly spooling: Spooling;
  },
): readonly Tracking[] =>
  routes.flatMap((route) =>
    route.provider.track === undefined
      ? []
      : [
          new Tracking({
            ...parts,
            route,
            track: route.provider.track,
            spool: parts.spooling.spoolOf(route.provider),
          }),
        ],
  );

const surroundingsOf = (options: HeartbeatOptions, platform: Platform): Surroundings => ({
  environment: options.environment,
  host: options.host ?? platform.hostname(),
  instance: crypto.randomUUID().slice(0, 8),
  userAgent: `lubdub/${version}`,
});

/** Builds a client's parts from checked options. */
export const assemble = (
  options: HeartbeatOptions,
  providers: readonly Provider[],
  platform: Platform,
): Parts => {
  const clock = options.clock ?? systemClock;
  const events = new EventHub();
  const redactor = createRedactor();
  const logger = maskedLogger(options.logger ?? consoleLogger, redactor);
  const misconfigurations = new Misconfigurations(events, logger, redactor);
  const network = options.network ?? {};
  checkDestinations(providers, network.allowPrivateNetwork ?? false);
  const spooling = new Spooling({ providers, options, platform, clock, redactor, logger });
  const onMisconfigured = misconfigurations.noteLasting.bind(misconfigurations);
  const shared = { clock, random: Math.random, retry: { ...defaultRetry, ...options.retry } };
  const delivery = new Delivery({
    providers,
    transport: untraced(options.transport ?? platform.createTransport(network)),
    ...shared,
    events,
    redactor,
    observer: platform.observer,
    readFile: (path) => platform.readFile(path),
    around: surroundingsOf(options, platform),
    breaker: { ...defaultBreaker, ...options.breaker },
    queue: { ...defaultQueue, ...options.queue },
    concurrency: options.concurrency ?? defaultConcurrency,
    successTtlMs: options.successTtlMs ?? defaultSuccessTtlMs,
    timeoutMs: options.timeoutMs,
    allowPrivateNetwork: network.allowPrivateNetwork ?? false,
    onMisconfigured: misconfigurations.note.bind(misconfigurations),
    onAccepted: misconfigurations.forget.bind(misconfigurations),
    journalOf: (provider) => spooling.journalOf(provider),
  });
  const tracker = new RunTracker({
    clock,
    delivery,
    events,
    redactor,
    captureErrors: options.captureErrors ?? false,
    traceId: activeTraceId,
    openRun: spooling.active ? (key, runId) => spooling.openRun(key, runId) : undefined,
  });
  const tracking = trackingOf(delivery.routes, { ...shared, spooling, onMisconfigured });
  const upserts = new Upserts({ ...shared, routes: delivery.routes, onMisconfigured });
  return {
    clock,
    logger,
    events,
    redactor,
    delivery,
    tracker,
    tracking,
    spooling,
    misconfigurations,
    upserts,
  };
};
