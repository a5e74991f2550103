import type {
  Flip,
  Health,
  IncomingPing,
  MonitorSettings,
  OpenRun,
  PingState,
  RecentRun,
  RunState,
} from '../model.ts';

/** A run that is open, as the machine remembers it. */
export interface TrackedRun extends OpenRun {
  /** It began too soon after the run before it, so its success proves nothing. */
  readonly early?: true;
}

/** A run that has ended, remembered so that its late start is recognised. */
export interface EndedRun extends RecentRun {
  readonly runId: string | null;
}

/** What is waited for: at `atMs` the monitor fails for `cause` with `text` if nothing arrives. */
export interface Deadline {
  readonly atMs: number;
  readonly cause: 'missed' | 'stuck';
  readonly text: string;
}

/** All that is known of a monitor at one moment; a value, never changed in place. */
export interface Machine {
  readonly health: Health;
  readonly healthSinceMs: number;
  readonly error: string | null;
  /** The last flip to a failing state, so that a late ping can void it. */
  readonly failureFlipId: string | null;
  /** The last start, success or fail; expectations count from here. */
  readonly lastBeatMs: number | null;
  /** The last success or fail; an older one changes nothing but the history. */
  readonly lastEndMs: number | null;
  readonly lastStartMs: number | null;
  /** Nothing from before this moment may fail earlier than this plus the grace (own downtime, resume, new settings). */
  readonly floorMs: number | null;
  readonly openRuns: readonly TrackedRun[];
  /** Oldest first, at most 24. */
  readonly endedRuns: readonly EndedRun[];
  readonly lastPing: {
    readonly timestampMs: number;
    readonly state: PingState;
    readonly message: string | null;
  } | null;
  readonly lastDurationMs: number | null;
  /** When the next beat is expected. */
  readonly expectedMs: number | null;
  readonly deadline: Deadline | null;
}

/** A flip before it is stored. */
export type FlipDraft = Omit<Flip, 'monitorId' | 'monitorKey' | 'voidedMs'>;

/** What a ping or the clock did to a run. Fields left out stay as they are. */
export interface RunChange {
  readonly runId: string;
  readonly state: RunState;
  readonly startedMs?: number | null;
  readonly endedMs?: number | null;
  readonly durationMs?: number | null;
  readonly ping?: IncomingPing;
}

/** The outcome of one step. */
export interface Transition {
  readonly machine: Machine;
  readonly flips: readonly FlipDraft[];
  /** Flips that turned out never to have been. */
  readonly voidedFlipIds: readonly string[];
  readonly runs: readonly RunChange[];
}

/** How many ended runs a board row keeps. */
export const keptEndedRuns = 24;
/** How many open runs are judged; the oldest beyond that is given up as `lost`. */
export const keptOpenRuns = 200;

/** A monitor that has heard nothing yet. */
export const createMachine = (nowMs: number): Machine => ({
  health: 'new',
  healthSinceMs: nowMs,
  error: null,
  failureFlipId: null,
  lastBeatMs: null,
  lastEndMs: null,
  lastStartMs: null,
  floorMs: null,
  openRuns: [],
  endedRuns: [],
  lastPing: null,
  lastDurationMs: null,
  expectedMs: null,
  deadline: null,
});

/** True for the two states that alert. */
export const isFailing = (health: Health): boolean => health === 'down' || health === 'stuck';

/** The settings that the machine reads. */
export type JudgedSettings = Pick<
  MonitorSettings,
  'schedule' | 'graceMs' | 'maxDurationMs' | 'minIntervalMs' | 'maintenance'
>;
