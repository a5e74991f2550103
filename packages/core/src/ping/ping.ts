/** The state a ping tells: a run began, ended well, ended badly; `log` changes no state. */
export type PingState = 'start' | 'success' | 'fail' | 'log';

/** Why a run ended as it did when the job itself did not say it; sent with a fail. */
export type RunReason =
  | 'error'
  | 'timeout'
  | 'idle'
  | 'abandoned'
  | 'aborted'
  | 'unsubscribed'
  | 'process-exit'
  | 'process-lost'
  | 'uncaught-exception'
  | 'overlap'
  | (string & {});

/**
 * One signal on its way to a monitor. A ping never changes after it was enqueued; a provider only reads it.
 * Text and metadata were already cut to what the provider can carry when its `toRequest` sees them.
 */
export interface Ping {
  /** Idempotency id, unique per ping, the same on every attempt. */
  readonly id: string;
  /** The monitor's key as the user wrote it. */
  readonly key: string;
  readonly state: PingState;
  /** Wall clock when it happened, milliseconds since the epoch. */
  readonly timestampMs: number;
  /** The run's id, a canonical UUID (lower case); the same on all pings of one run. */
  readonly runId: string | undefined;
  /** Free text: the error's text, a reason, the tail of an output. */
  readonly message: string | undefined;
  /** The metadata as JSON text of one object, serialised when the ping was made. */
  readonly metadataJson: string | undefined;
  /** How long the run took, milliseconds (monotonic); on terminals only. */
  readonly durationMs: number | undefined;
  /** Exit code 0-255 of a command. */
  readonly exitCode: number | undefined;
  /** Groups incidents at services that know groups. */
  readonly groupKey: string | undefined;
  /** Numbers to plot. */
  readonly metrics: Readonly<Record<string, number>> | undefined;
  /** The reason of a fail that the job itself did not throw. */
  readonly reason: RunReason | undefined;
  /** How many runs this ping stands for; 1 unless runs were coalesced. */
  readonly count: number;
}

/** True for the states that end a run. */
export const isTerminal = (state: PingState): state is 'success' | 'fail' =>
  state === 'success' || state === 'fail';
