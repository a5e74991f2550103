import type { Entry } from '../delivery/entry.ts';
import type { Outcome } from '../outcome.ts';
import { canonicalRunId } from '../ping/ids.ts';
import type { PingRecord } from '../ping/record.ts';
import type { RunReason } from '../ping/ping.ts';
import { randomUuid } from '../ping/uuid.ts';
import type { EndOptions, Run, RunStatus } from './run.ts';
import type { Classification, RunEnd, RunOptions } from './run-options.ts';
import type { Admission, Gate } from './gate.ts';
import type { ResultWatch } from './results.ts';
import type { Watchdog } from './watchdog.ts';

/** How a run came to its end, in full. */
export interface Ending {
  readonly threw: boolean;
  readonly error?: unknown;
  readonly result?: unknown;
  readonly options?: EndOptions | undefined;
  /** The end is not the job's word (watchdog, exit, disposal): `classify` is not asked. */
  readonly imposed?: boolean;
}

/** The ping that ended a run, and where it stands at each provider. */
export interface Terminal {
  readonly ping: PingRecord;
  readonly placed: readonly (Entry | undefined)[];
}

/** What a run needs of the tracker that made it. */
export interface RunKeeper {
  nowMs(): number;
  log(
    run: ActiveRun,
    message: string,
    metadata: Readonly<Record<string, unknown>> | undefined,
  ): void;
  ended(run: ActiveRun, status: Exclude<RunStatus, 'running'>, ending: Ending): void;
  lateEnd(run: ActiveRun, threw: boolean): void;
  outcome(terminal: Terminal): Promise<Outcome>;
}

const aliveEveryMs = 60_000;

const idFrom = (given: RunOptions['runId']): string => {
  try {
    const id = typeof given === 'function' ? given() : given;
    if (id !== undefined) return canonicalRunId(String(id));
  } catch {
    // A function of the adapter, or something that is no text.
  }
  return randomUuid();
};

/**
 * Safe to hand to anybody: no method throws, the first end counts. Fields are declared only, so that each is written once:
 * this is the hot path.
 */
export class ActiveRun implements Run, ResultWatch {
  declare readonly key: string;
  declare readonly options: RunOptions;
  declare readonly admission: Admission;
  declare readonly startedMs: number;
  declare readonly args: readonly unknown[];
  declare readonly gate: Gate | undefined;
  declare values: Record<string, unknown> | undefined;
  declare overall: Watchdog | undefined;
  declare idle: Watchdog | undefined;
  declare terminal: Terminal | undefined;
  declare outcome: Promise<Outcome | undefined> | undefined;
  /** Neighbours among the open runs; {@link OpenRuns} keeps them. */
  declare before: ActiveRun | undefined;
  declare after: ActiveRun | undefined;
  /** Notes on the disk that it is not open any more. */
  declare noteEnd: (() => void) | undefined;
  declare resolveOutcome: ((outcome: Outcome | undefined) => void) | undefined;
  declare private readonly keeper: RunKeeper;
  declare private madeId: string | undefined;
  declare private current: RunStatus;
  declare private imposed: boolean;
  declare private aliveAtMs: number;

  constructor(
    keeper: RunKeeper,
    key: string,
    options: RunOptions,
    admission: Admission,
    gate: Gate | undefined,
    args: readonly unknown[],
  ) {
    this.keeper = keeper;
    this.key = key;
    this.options = options;
    this.admission = admission;
    this.args = args;
    this.gate = gate;
    this.startedMs = keeper.nowMs();
    this.values = undefined;
    this.overall = undefined;
    this.idle = undefined;
    this.terminal = undefined;
    this.outcome = undefined;
    this.resolveOutcome = undefined;
    this.noteEnd = undefined;
    this.before = undefined;
    this.after = undefined;
    this.madeId = undefined;
    this.current = 'running';
    this.imposed = false;
    this.aliveAtMs = Number.NEGATIVE_INFINITY;
  }

  get id(): string {
    this.madeId ??= idFrom(this.options.runId);
    return this.madeId;
  }

  get status(): RunStatus {
    return this.current;
  }

  log(message: string, metadata?: Readonly<Record<string, unknown>>): void {
    if (this.current !== 'running') return;
    this.idle?.restart();
    this.keeper.log(this, message, metadata);
  }

  set(values: Readonly<Record<string, unknown>>): void {
    if (this.current !== 'running') return;
    this.idle?.restart();
    try {
      this.values = { ...this.values, ...values };
    } catch {
      // A throwing getter in what was given.
    }
  }

  alive(): void {
    if (this.current !== 'running') return;
    this.idle?.restart();
    const nowMs = this.keeper.nowMs();
    if (nowMs - this.aliveAtMs < aliveEveryMs) return;
    this.aliveAtMs = nowMs;
    this.keeper.log(this, 'alive', undefined);
  }

  success(options?: EndOptions): void {
    this.end({ threw: false, options });
  }

  fail(error?: unknown, options?: EndOptions): void {
    this.end({ threw: true, error, options });
  }

  defer(message?: string): void {
    this.#close('deferred', { threw: false, imposed: true, options: { message } });
  }

  skip(): void {
    this.#close('skipped', { threw: false, imposed: true });
  }

  delivered(): Promise<Outcome | undefined> {
    if (this.outcome !== undefined) return this.outcome;
    if (this.current === 'running')
      this.outcome = new Promise((resolve) => (this.resolveOutcome = resolve));
    else if (this.terminal === undefined) this.outcome = Promise.resolve(undefined);
    else this.outcome = this.keeper.outcome(this.terminal);
    return this.outcome;
  }

  succeeded(value: unknown): void {
    this.end({ threw: false, result: value });
  }

  failed(error: unknown): void {
    this.end({ threw: true, error });
  }

  abandoned(): void {
    this.#close('failed', { threw: false, imposed: true, options: { reason: 'unsubscribed' } });
  }

  /** Ends the run by how the job ended, as `classify` sees it. */
  end(ending: Ending): void {
    if (this.current !== 'running') {
      if (this.imposed) {
        this.imposed = false;
        this.keeper.lateEnd(this, ending.threw);
      }
      return;
    }
    const status = (
      { success: 'succeeded', fail: 'failed', deferred: 'deferred', skip: 'skipped' } as const
    )[this.#classify(ending)];
    this.#close(status, ending);
  }

  /** Ends the run as failed over the job's head; what the job says later is sent as `log`. */
  impose(reason: RunReason, error?: unknown): void {
    if (this.current !== 'running') return;
    this.imposed = true;
    this.#close('failed', {
      threw: error !== undefined,
      error,
      imposed: true,
      options: { reason },
    });
  }

  [Symbol.dispose](): void {
    if (this.current === 'running')
      this.#close('failed', { threw: false, imposed: true, options: { reason: 'abandoned' } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }

  #classify(ending: Ending): Classification {
    const byDefault = ending.threw ? 'fail' : 'success';
    const { classify } = this.options;
    if (classify === undefined || ending.imposed === true) return byDefault;
    const end: RunEnd = {
      threw: ending.threw,
      error: ending.error,
      result: ending.result,
      statusCode: ending.options?.statusCode,
      args: this.args,
      run: this,
    };
    try {
      const answer = classify(end);
      return answer === 'success' || answer === 'fail' || answer === 'deferred' || answer === 'skip'
        ? answer
        : byDefault;
    } catch {
      return byDefault;
    }
  }

  #close(status: Exclude<RunStatus, 'running'>, ending: Ending): void {
    if (this.current !== 'running') return;
    this.current = status;
    this.overall?.stop();
    this.idle?.stop();
    this.keeper.ended(this, status, ending);
  }
}
