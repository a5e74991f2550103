import type { Clock } from '../clock.ts';
import type { BreakerOptions } from '../delivery/breaker.ts';
import type { QueueOptions } from '../delivery/chain-queue.ts';
import type { RetryOptions } from '../delivery/retry.ts';
import { describeValue, invalidOption } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import type { Provider } from '../providers/provider.ts';
import type { CaptureErrors } from '../run/run-options.ts';
import type { Transport } from '../transport/transport.ts';
import type { SpoolOptions } from './spooling.ts';
import {
  checkFields,
  integerFrom,
  nonEmptyText,
  numberFrom,
  oneOf,
  plainObject,
  type RuleTable,
  textOrFunction,
  typed,
  withMethods,
} from './check.ts';

/** Options of `createHeartbeat`. Only `provider` is needed. */
export interface HeartbeatOptions {
  /** Where pings go: one provider, or several (each on its own). An empty list is a client that does nothing. */
  readonly provider: Provider | readonly Provider[];
  /** Sent to services that know environments. */
  readonly environment?: string | undefined;
  /** Name of this machine. Default: the host name. */
  readonly host?: string | undefined;
  /** Is an error's text sent? Default false: only that it failed. */
  readonly captureErrors?: CaptureErrors | undefined;
  /** Time for one attempt, milliseconds, 1 to 600,000. Default: the provider's, mostly 5,000. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryOptions> | undefined;
  readonly queue?: Partial<QueueOptions> | undefined;
  readonly breaker?: Partial<BreakerOptions> | undefined;
  /** Most requests on the wire at once, per provider, 1 to 1,000. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * Oldest success that may still be told to a service that would take it for fresh, milliseconds. Default: the monitor's
   * declared grace, else 300,000.
   */
  readonly successTtlMs?: number | undefined;
  /**
   * Keeps what is not delivered yet on the disk, through crashes and restarts. Default: off, but for providers that promise it
   * (peekapi: a private folder of ours). False: off for all.
   */
  readonly spool?: SpoolOptions | false | undefined;
  readonly network?: NetworkOptions | undefined;
  /** Moves the requests instead of the built-in transport. */
  readonly transport?: Transport | undefined;
  /** Default: warnings and errors on the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  /** `current()` across awaits. Default false: it slows every await of a Node 20 process down. */
  readonly context?: boolean | undefined;
  /**
   * Ask the service for the monitor before its first run, and throw (reject) when it knows that the configuration is wrong;
   * an outage never throws. The first call returns a promise even where the job does not: await `ready()` first to avoid
   * that. Default false: the job runs and the mistake is told once.
   */
  readonly strict?: boolean | undefined;
  /** Longest that pending pings hold the process at its end, milliseconds, 0 to 60,000. Default 1,500. */
  readonly exitBudgetMs?: number | undefined;
  /** How runs that are open at `process.exit(0)` count. Default `fail`. */
  readonly exitZero?: 'fail' | 'success' | undefined;
  /** Flush on SIGTERM and SIGINT, and re-raise when nobody else listens. Default false. */
  readonly signals?: boolean | undefined;
  /** Do nothing at all. Default false. */
  readonly disabled?: boolean | undefined;
}

const positiveMs = (most: number): RuleTable[string] => numberFrom(1, most, 'milliseconds');
const longestMs = 2_147_483_647;

const rules: RuleTable = {
  provider: { takes: 'a provider or a list of providers', accepts: () => true },
  environment: nonEmptyText,
  host: nonEmptyText,
  captureErrors: oneOf(false, 'message', 'stack'),
  timeoutMs: positiveMs(600_000),
  retry: {
    baseMs: positiveMs(3_600_000),
    maxMs: positiveMs(86_400_000),
    maxAttempts: integerFrom(1, 1_000_000),
    deadlineMs: positiveMs(longestMs),
    maxRetryAfterMs: positiveMs(longestMs),
  },
  queue: { maxPings: integerFrom(10, 10_000_000), maxBytes: integerFrom(10_000, 4_294_967_296) },
  breaker: {
    failures: integerFrom(1, 1_000_000),
    baseMs: positiveMs(3_600_000),
    maxMs: positiveMs(86_400_000),
  },
  concurrency: integerFrom(1, 1_000),
  successTtlMs: positiveMs(longestMs),
  spool: { takes: 'false or { directory, maxBytes, flushMs }', accepts: () => true },
  network: {
    allowPrivateNetwork: typed('boolean'),
    tls: plainObject,
    agent: withMethods('addRequest'),
    fetch: typed('function'),
  },
  transport: withMethods('send', 'close'),
  logger: withMethods('warn', 'error'),
  clock: withMethods('wallMs', 'monotonicMs', 'setTimer', 'clearTimer', 'defer'),
  context: typed('boolean'),
  strict: typed('boolean'),
  exitBudgetMs: numberFrom(0, 60_000, 'milliseconds'),
  exitZero: oneOf('fail', 'success'),
  signals: typed('boolean'),
  disabled: typed('boolean'),
};

const spoolRules: RuleTable = {
  directory: nonEmptyText,
  maxBytes: integerFrom(1_048_576, Number.MAX_SAFE_INTEGER),
  flushMs: numberFrom(0, 60_000, 'milliseconds'),
};

const runRules: RuleTable = {
  runId: textOrFunction,
  metadata: plainObject,
  groupKey: typed('string'),
  sendStart: oneOf(true, false, 'unlimited'),
  resumable: typed('boolean'),
  maxDurationMs: positiveMs(longestMs),
  idleMs: positiveMs(longestMs),
  minIntervalMs: numberFrom(0, longestMs, 'milliseconds'),
  overlap: oneOf('allow', 'skip', 'fail'),
  classify: typed('function'),
  settle: oneOf('background', 'await'),
  settleBudgetMs: numberFrom(0, 600_000, 'milliseconds'),
  waitUntil: typed('function'),
  captureErrors: oneOf(false, 'message', 'stack'),
  coalesce: { windowMs: numberFrom(100, 3_600_000, 'milliseconds') },
};

const wrapRules: RuleTable = {
  ...runRules,
  perCall: typed('function'),
  callbackIndex: integerFrom(0, 100),
  until: typed('function'),
  onRun: typed('function'),
};

/** The providers of the options, as a list. Throws for anything that is no provider. */
export const providersOf = (options: HeartbeatOptions): readonly Provider[] => {
  const { provider } = options;
  const list: readonly unknown[] = Array.isArray(provider) ? provider : [provider];
  list.forEach((candidate, index) => {
    const { name, capabilities, toRequest } = (candidate ?? {}) as Partial<Provider>;
    if (
      typeof name === 'string' &&
      typeof capabilities === 'object' &&
      typeof toRequest === 'function'
    )
      return;
    const option = Array.isArray(provider) ? `provider[${index}]` : 'provider';
    throw invalidOption(
      option,
      describeValue(candidate),
      'a provider, for example healthchecks({ … }) of @lubdub/core/providers/healthchecks',
    );
  });
  return list as readonly Provider[];
};

/** Throws a typed error for options of the wrong form. */
export const checkHeartbeatOptions = (options: HeartbeatOptions): void => {
  checkFields('', options, rules);
  const { spool } = options;
  if (spool === undefined || spool === false) return;
  checkFields('spool', spool, spoolRules);
  if (spool.directory === undefined)
    throw invalidOption('spool.directory', 'undefined', 'a folder');
};

/** Throws a typed error for run options of the wrong form. */
export const checkRunOptions = (options: unknown): void => {
  checkFields('', options, runRules);
};

/** Throws a typed error for wrap options of the wrong form. */
export const checkWrapOptions = (options: unknown): void => {
  if (options !== undefined) checkFields('', options, wrapRules);
};

/** Throws a typed error for options of `every` of the wrong form. */
export const checkLivenessOptions = (options: unknown): void => {
  checkFields('', options, {
    intervalMs: numberFrom(1_000, longestMs, 'milliseconds'),
    check: typed('function'),
    metadata: plainObject,
  });
};
