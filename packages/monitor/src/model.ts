/** What one ping says about a run. */
export type PingState = 'start' | 'success' | 'fail' | 'log';

/**
 * What is stored about a monitor, and what a flip goes from and to.
 * `late` and `running` are not here: they follow from the clock and the open runs, see {@link MonitorState}.
 */
export type Health = 'new' | 'up' | 'down' | 'stuck' | 'paused';

/** What a monitor shows at one moment: its health, refined by the clock (`late`) and by open runs (`running`). */
export type MonitorState = Health | 'late' | 'running';

/** When beats are expected: every so often, or at the times of a cron expression in a time zone. */
export type Schedule =
  | {
      readonly kind: 'interval';
      /** Milliseconds between two beats, at least 1,000. */ readonly intervalMs: number;
    }
  | {
      readonly kind: 'cron';
      /** Five or six fields. */ readonly expression: string;
      /** IANA name, for example `Europe/Berlin`; `UTC` unless given. */ readonly timezone: string;
    };

/** A time in which nothing is judged: once, or repeated by a cron expression. */
export type MaintenanceWindow =
  | { readonly kind: 'once'; readonly fromMs: number; readonly toMs: number }
  | {
      readonly kind: 'cron';
      readonly expression: string;
      readonly timezone: string;
      readonly durationMs: number;
    };

/** What the owner of a monitor decides about it. */
export interface MonitorSettings {
  /** Shown instead of the key. */
  readonly name: string;
  /** Without one nothing is ever missed; only fails and stuck runs are seen. */
  readonly schedule: Schedule | null;
  /** How long past its time a beat may be, in milliseconds. Default 60,000. */
  readonly graceMs: number;
  /** A run open for longer is stuck; without one a run may last until the next beat is overdue. */
  readonly maxDurationMs: number | null;
  /** Runs that start closer together than this have run too often; without one that is not judged. */
  readonly minIntervalMs: number | null;
  readonly tags: readonly string[];
  /** Names of the alert channels to tell; `null` means every channel. */
  readonly channels: readonly string[] | null;
  readonly maintenance: readonly MaintenanceWindow[];
}

/** Where a monitor came from: an API call, a declaration file, or a ping that asked for it (`create=1`). */
export type MonitorSource = 'api' | 'file' | 'ping';

/** A monitor as it was declared. */
export interface MonitorDefinition extends MonitorSettings {
  /** 24 hexadecimal characters; what Exemplar calls `monitor_id`. */
  readonly id: string;
  /** What people and SDKs call it; unique. */
  readonly key: string;
  /** Unguessable UUID that may ping this monitor without any other key. */
  readonly pingToken: string;
  readonly source: MonitorSource;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A run that has started and not ended. */
export interface OpenRun {
  readonly runId: string;
  readonly startedMs: number;
}

/** How a run ended, or that it has not. `stuck` ran past its limit; `lost` was given up because too many were open. */
export type RunState = 'running' | 'success' | 'fail' | 'stuck' | 'lost';

/** One execution of a job, put together from its pings. */
export interface Run {
  readonly monitorId: string;
  readonly runId: string;
  readonly state: RunState;
  /** `null` when only the end of the run was heard of and it did not say how long it took. */
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
  readonly exitCode: number | null;
  readonly host: string | null;
  readonly environment: string | null;
}

/** The last runs as a board row draws them: oldest first, at most 24. */
export interface RecentRun {
  readonly endedMs: number;
  readonly durationMs: number | null;
  readonly state: 'success' | 'fail' | 'stuck';
}

/** JSON that a ping may carry. */
export type Metadata = { readonly [name: string]: unknown };

/** A ping as it comes in, whatever dialect it was spoken in. */
export interface IncomingPing {
  /** At most 64 characters; the same id for the same monitor is stored once. */
  readonly id: string;
  readonly state: PingState;
  /** When it happened. Later than it was received counts as received now. */
  readonly timestampMs: number;
  /** When this monitor heard of it. */
  readonly receivedMs: number;
  readonly dialect: string;
  readonly runId?: string;
  readonly durationMs?: number;
  readonly message?: string;
  readonly metadata?: Metadata;
  readonly exitCode?: number;
  readonly groupKey?: string;
  readonly metrics?: { readonly [name: string]: number };
  readonly environment?: string;
  readonly host?: string;
  readonly instance?: string;
  /** How many runs this ping stands for. Default 1. */
  readonly count?: number;
  readonly reason?: string;
}

/** A ping as it is kept. */
export interface StoredPing extends IncomingPing {
  readonly monitorId: string;
}

/** Why a monitor's health changed. */
export type FlipCause =
  | 'success'
  | 'fail'
  | 'missed'
  | 'stuck'
  | 'too-often'
  | 'late-ping'
  | 'paused'
  | 'resumed';

/** A change of health. One flip causes at most one alert per channel. */
export interface Flip {
  readonly id: string;
  readonly monitorId: string;
  readonly monitorKey: string;
  /** When the change happened; for a replayed ping that is earlier than `recordedMs`. */
  readonly atMs: number;
  readonly recordedMs: number;
  readonly from: Health;
  readonly to: Health;
  readonly cause: FlipCause;
  /** One sentence for people, for example `no heartbeat received within 5 minutes + 1 minute`. */
  readonly text: string;
  /** Set when a late ping showed that this change never was; it counts in no uptime. */
  readonly voidedMs: number | null;
}

/** Share of the time that was not failing, 0 to 1; `null` when nothing is known of the span. */
export interface Uptime {
  readonly day: number | null;
  readonly week: number | null;
  readonly month: number | null;
}

/** One row of the board. */
export interface MonitorSummary extends MonitorDefinition {
  readonly state: MonitorState;
  readonly health: Health;
  /** When the health last changed. */
  readonly healthSinceMs: number;
  /** Why it is failing; `null` while it is not. */
  readonly error: string | null;
  readonly lastPing: {
    readonly timestampMs: number;
    readonly state: PingState;
    readonly message: string | null;
  } | null;
  /** When the next beat is expected; `null` without a schedule or before the first beat. */
  readonly expectedMs: number | null;
  /** When it will be failing if nothing arrives; `null` when nothing is awaited. */
  readonly nextDueMs: number | null;
  readonly openRuns: readonly OpenRun[];
  readonly lastDurationMs: number | null;
  readonly recentRuns: readonly RecentRun[];
  readonly uptime: Uptime;
}

/** A stretch of a monitor's history; `unknown` where this server itself was not running. */
export interface TimelineSegment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: Health | 'unknown';
  readonly text: string | null;
}

/** Counters of one monitor over one hour or day. */
export interface Rollup {
  readonly bucketMs: number;
  readonly pings: number;
  readonly successes: number;
  readonly fails: number;
  readonly durationSumMs: number;
  readonly durationCount: number;
  readonly durationMaxMs: number;
  readonly downMs: number;
}

/** A time in which no evaluator ran. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}
