import type { OutcomeStatus } from '../outcome.ts';
import type { Ping, PingState } from '../ping/ping.ts';

/**
 * A secret as the user gives it: the text itself, a function called before a request (rotation without a restart), or a
 * file read when it changes. A list means several are valid at once; the first signs.
 */
export type SecretSource = string | (() => string | Promise<string>) | { readonly file: string };

/** A limit on text: how much, counted how, and which end is worth keeping. */
export interface TextLimit {
  readonly max: number;
  readonly unit: 'bytes' | 'characters';
  readonly keep: 'head' | 'tail';
}

/** At most `count` requests in any `windowMs`, for each monitor or for the provider as a whole. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
  readonly per: 'monitor' | 'provider';
}

/** What a service can carry, as data. Core sends nothing that is not in here and turns no state into another one. */
export interface Capabilities {
  /** The states that the service knows; any other is not sent (`dropped: unsupported`). */
  readonly states: readonly PingState[];
  /** Limit of the message, or false when it carries none. */
  readonly text: TextLimit | false;
  /** Limit of the metadata, or false when it carries none. */
  readonly metadata: { readonly maxBytes: number; readonly maxDepth?: number } | false;
  /** The form in which it takes run ids; false: it has none, so that core keeps order per monitor instead of per run. */
  readonly runId: 'uuid' | 'hex32' | 'hex16' | 'string' | false;
  readonly exitCode: boolean;
  readonly duration: boolean;
  /** It takes the client's time, so that late pings land where they happened and may be replayed. */
  readonly clientTimestamp: boolean;
  readonly metrics: boolean;
  readonly environment: boolean;
  readonly groupKey: boolean;
  /** It ignores a ping whose id it has seen. */
  readonly idempotent: boolean;
  /** Its success answer proves that the ping counts; false: a good answer becomes `unverified`. */
  readonly acceptIsProof: boolean;
  /** It fails a run that is open for too long: no start is sent for runs that may be suspended. */
  readonly limitsRunDuration: boolean;
  /** It understands a count of coalesced runs. */
  readonly count: boolean;
  readonly rateLimits: readonly RateLimit[];
}

/** A monitor declared together with its schedule. Only what is given is ever upserted. */
export interface MonitorDeclaration {
  /** The service's id (token, slug, UUID); default: the key itself. */
  readonly id?: string;
  readonly name?: string;
  /** Cron expression; excludes `intervalMs`. */
  readonly schedule?: string;
  readonly intervalMs?: number;
  /** IANA time zone of `schedule`; default UTC. */
  readonly timezone?: string;
  readonly graceMs?: number;
  readonly maxDurationMs?: number;
  readonly tags?: readonly string[];
}

/** Key -> the service's id, or a declaration. */
export type MonitorMap = Readonly<Record<string, string | MonitorDeclaration>>;

/** One HTTP request as a provider wants it on the wire. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Absolute URL; may hold a secret, so it reaches no log. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent byte for byte. */
  readonly body?: string;
}

/** The answer; header names in lower case, the body cut at 64 KiB. */
export interface ProviderResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a provider knows besides the ping when it builds a request. */
export interface RequestContext {
  /** The service's id of the monitor: declared id, resolved token, else the key. */
  readonly target: string;
  /** What was declared for the monitor. */
  readonly monitor: MonitorDeclaration;
  /** The current value of each declared secret, by its name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly environment: string | undefined;
  readonly host: string | undefined;
  /** Id of this process instance, to tell replicas apart. */
  readonly instance: string;
  /** `lubdub/<version>`. */
  readonly userAgent: string;
  /** When the request is built, by this process's clock: a service that knows its own can tell how far apart they are. */
  readonly sentMs: number;
}

/** How a provider reads an answer. */
export interface Interpretation {
  readonly status: Extract<
    OutcomeStatus,
    'accepted' | 'unverified' | 'rate-limited' | 'rejected' | 'unreachable'
  >;
  /** One short word for counters and events, for example `unknown-monitor`. */
  readonly reason?: string;
  /** One line for people. */
  readonly message?: string;
  /** Try again? Default: by the status (`rate-limited` and `unreachable` yes, others no). */
  readonly retryable?: boolean;
  /** Only the service could know that the configuration is wrong: reported once as `misconfigured`. */
  readonly misconfigured?: boolean;
  /** The parsed answer, handed out as `ProviderOutcome.response`. */
  readonly response?: unknown;
}

/** Result of a look-up of a key at the service. */
export type Resolution =
  | { readonly status: 'resolved'; readonly target: string }
  | { readonly status: 'misconfigured'; readonly reason: string; readonly message: string }
  | { readonly status: 'unreachable'; readonly reason?: string; readonly message?: string };

/** Key -> token by a request of its own, cached by core per key. */
export interface ProviderResolve {
  readonly ttlMs: number;
  /** False when the target is known without a request (direct token). */
  needed(key: string): boolean;
  toRequest(key: string, context: RequestContext): ProviderRequest;
  interpret(response: ProviderResponse, key: string): Resolution;
}

/** Many pings in one request. `context` gives each ping its own. */
export interface ProviderBatch {
  readonly maxPings: number;
  readonly maxBytes: number;
  /** How long a ping waits for company, milliseconds. Fails and pings whose outcome is awaited do not. Default 0. */
  readonly lingerMs?: number;
  /** Do not send batches closer together than this. Default 0. */
  readonly minIntervalMs?: number;
  toRequest(pings: readonly Ping[], contextOf: (ping: Ping) => RequestContext): ProviderRequest;
  /** One interpretation per ping, in order. */
  interpret(response: ProviderResponse, pings: readonly Ping[]): readonly Interpretation[];
}

/** An alert: an incident reported by hand, beside any monitor. */
export interface Alert {
  readonly title: string;
  readonly description?: string;
  /** `sev0` (worst) to `sev4`. */
  readonly severity?: 'sev0' | 'sev1' | 'sev2' | 'sev3' | 'sev4';
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly groupKey?: string;
}

/** What a service made of an alert. */
export interface AlertResult {
  readonly status: 'created' | 'filtered' | 'occurrence-added' | 'reopened' | 'accepted';
  readonly alertId: string | null;
  readonly message: string | undefined;
  readonly occurrenceCount: number | null;
  readonly reason: string | undefined;
}

/** Alerts, where the service takes them. Never retried once bytes were written, unless `idempotent`. */
export interface ProviderAlert {
  readonly idempotent: boolean;
  /**
   * Target -> the service's id of it, where such ids are themselves secrets: all are masked, and so is a target without an
   * entry, which is its own id.
   */
  readonly secretTargets?: Readonly<Record<string, string>>;
  /** Returns what is wrong with the alert for this service, naming the field, or undefined. */
  check(alert: Alert): string | undefined;
  toRequest(target: string, alert: Alert, context: RequestContext): ProviderRequest;
  interpret(response: ProviderResponse): Interpretation & { readonly result?: AlertResult };
}

/** A request analytics event, see `heartbeat.track`. Sizes in bytes, times in milliseconds. */
export interface TrackEvent {
  readonly method: string;
  readonly path: string;
  readonly statusCode: number;
  readonly responseTimeMs: number;
  readonly requestSize?: number | undefined;
  readonly responseSize?: number | undefined;
  readonly consumerId?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Default: now. */
  readonly timestampMs?: number | undefined;
}

/** Request analytics, where the service takes them. Events arrive already serialised by `serialise`. */
export interface ProviderTrack {
  readonly maxEvents: number;
  readonly flushIntervalMs: number;
  readonly maxBufferedEvents: number;
  /** One event as the JSON text the service wants, cut to its limits; undefined: cannot be made to fit, dropped. */
  serialise(event: TrackEvent, timestampMs: number): string | undefined;
  toRequest(events: readonly string[], context: RequestContext): ProviderRequest;
  interpret(response: ProviderResponse): Interpretation;
}

/** Creates or changes a monitor at the service to what was declared; only the given fields; never deletes. */
export interface ProviderUpsert {
  toRequest(key: string, monitor: MonitorDeclaration, context: RequestContext): ProviderRequest;
  interpret(response: ProviderResponse): Interpretation;
}

/** Something configured wrong or not provable, as `heartbeat.verify()` lists it. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  readonly provider: string;
  /** The monitor's key, when it is about one. */
  readonly key: string | undefined;
  readonly message: string;
}

/**
 * One service's dialect: data and pure functions. No I/O, no clock, no state; core does the sending.
 * Adding a service is one file in `src/providers`.
 */
export interface Provider {
  /** Kebab-case name, as in `LUBDUB_PROVIDER`. */
  readonly name: string;
  /** The roots that requests go to; checked at configuration. */
  readonly origins: readonly string[];
  readonly capabilities: Capabilities;
  /** Every secret, by the service's own word for it. Read by core, masked everywhere. */
  readonly secrets?: Readonly<Record<string, SecretSource | readonly SecretSource[]>>;
  readonly monitors?: MonitorMap;
  /** The monitor's id is itself the secret (ping URLs): masked wherever it would be shown. A function tells ids that are secrets from others. */
  readonly targetIsSecret?: boolean | ((id: string) => boolean);
  /** Default of `timeoutMs` for this service; else 5,000. */
  readonly defaultTimeoutMs?: number;
  /** Opens private addresses and plain HTTP there (self-hosted services). */
  readonly allowPrivateNetwork?: boolean;
  /** Keeps undelivered data on disk by default (peekapi); the client's `spool` option overrides. */
  readonly spoolByDefault?: boolean;
  /** Default environment sent to this service when the client names none. */
  readonly environment?: string;
  /**
   * Upsert the declared monitors at start-up. Default false. True without `upsert`: the pings themselves carry what is
   * declared, the code's declarations included.
   */
  readonly upsertDeclared?: boolean;
  /** What is wrong with a key or its id for this service, or undefined; called once per key. */
  checkMonitor?(key: string, monitor: MonitorDeclaration): string | undefined;
  toRequest(ping: Ping, context: RequestContext): ProviderRequest;
  interpret(response: ProviderResponse, ping: Ping): Interpretation;
  /** What an accept proves and other notes for `verify()`. */
  readonly notes?: readonly string[];
  readonly resolve?: ProviderResolve;
  readonly batch?: ProviderBatch;
  readonly alert?: ProviderAlert;
  readonly track?: ProviderTrack;
  readonly upsert?: ProviderUpsert;
}

/**
 * The default reading of a status: 2xx is accepted; 408, 425, 429 and 5xx may be tried again; anything else is a permanent no.
 * Providers whose services say more in the body read that first.
 */
export const interpretStatus = (response: ProviderResponse, proof: boolean): Interpretation => {
  const { status } = response;
  if (status >= 200 && status < 300) return { status: proof ? 'accepted' : 'unverified' };
  if (status === 429) return { status: 'rate-limited', reason: 'http-429' };
  if (status === 408 || status === 425 || status >= 500)
    return { status: 'unreachable', reason: `http-${status}` };
  return { status: 'rejected', reason: `http-${status}` };
};
