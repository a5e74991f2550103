import type {
  HeartbeatClient,
  MonitorDeclaration,
  Run,
  RunEnd,
  RunOptions,
  WrapOptions,
  WrappedCall,
} from '@lubdub/core';

/** Any function, as far as wrapping goes. */
export type Callable = (...args: unknown[]) => unknown;

/** What every `withHeartbeat` takes besides the options of the run. */
export interface JobOptions extends WrapOptions {
  /** Default: the client of `initHeartbeat`, looked up at each call. Without one the job runs unmonitored, with one warning. */
  readonly client?: HeartbeatClient | undefined;
}

/**
 * What a runner's calls mean, as data over core's `wrap`. `Options` are what the runner's own `withHeartbeat` takes besides
 * {@link JobOptions}; their names are listed in `optionNames`.
 */
export interface JobPreset<Options extends JobOptions = JobOptions> {
  /** The runner's name, for messages. */
  readonly runner: string;
  /** Names of the options that core does not know. */
  readonly optionNames?: readonly (keyof Options & string)[];
  /** Throws a typed error for options of the wrong form. */
  readonly check?: (options: Options) => void;
  /** The key when the user gave none. */
  readonly defaultKey?: (call: WrappedCall) => string | undefined;
  /** Options that follow from the handler itself. */
  readonly forJob?: (job: Callable, options: Options) => WrapOptions;
  /** Options of one call, given the key it will have; the user's own win. */
  readonly perCall?: (
    call: WrappedCall,
    job: Callable,
    options: Options,
    key: string | undefined,
  ) => RunOptions | undefined;
  /** How an end counts when the user's own `classify` has no opinion. */
  readonly classify?: (
    end: RunEnd,
    options: Options,
  ) => ReturnType<NonNullable<RunOptions['classify']>>;
  readonly onRun?: (run: Run, call: WrappedCall, options: Options) => void;
  /** The schedule of the job, where a call shows it; declared once per key. */
  readonly schedule?: (call: WrappedCall) => MonitorDeclaration | undefined;
  /** True: this call is told by somebody else and runs unmonitored. */
  readonly bypass?: (call: WrappedCall, key: string | undefined) => boolean;
  /** Says what to do instead when the handler is no function. */
  readonly insteadOfFunction?: string;
}
