import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { OutcomeTicket, settling } from '../delivery/ticket.ts';
import type { EventHub } from '../events.ts';
import { serialiseMetadata } from '../ping/metadata.ts';
import { contentOf, numbersIn, readField } from '../ping/content.ts';
import type { Outcome } from '../outcome.ts';
import type { PingState, RunReason } from '../ping/ping.ts';
import { PingRecord, type PingContent } from '../ping/record.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Provider } from '../providers/provider.ts';
import { ActiveRun, type Ending, type RunKeeper, type Terminal } from './active-run.ts';
import { Coalescer } from './coalescer.ts';
import { errorText } from './error-text.ts';
import type { Gate } from './gate.ts';
import { OpenRuns } from './open-runs.ts';
import type { EndOptions, RunStatus } from './run.ts';
import type { CaptureErrors, RunOptions } from './run-options.ts';
import { Watchdog } from './watchdog.ts';

/** What the tracker works with. */
export interface TrackerParts {
  readonly clock: Clock;
  readonly delivery: Delivery;
  readonly events: EventHub;
  readonly redactor: Redactor;
  readonly captureErrors: CaptureErrors;
  /** The trace we are in, to be sent as metadata; undefined when there is none. */
  readonly traceId: () => string | undefined;
  /** Notes an open run on the disk; returns what notes its end. Undefined: there is no spool. */
  readonly openRun: ((key: string, runId: () => string) => (() => void) | undefined) | undefined;
}

type Counts = Record<'started' | Exclude<RunStatus, 'running'>, number>;

const unlimitedOnly = (provider: Provider): boolean => !provider.capabilities.limitsRunDuration;
const notEnded: Partial<Ending> = {};

/** Knows every open run and turns what happens to it into pings: one start, one terminal. */
export class RunTracker implements RunKeeper {
  readonly open: OpenRuns = new OpenRuns();
  readonly counts: Counts = { started: 0, succeeded: 0, failed: 0, deferred: 0, skipped: 0 };
  readonly coalescer: Coalescer;
  readonly #parts: TrackerParts;
  readonly #drained = new Set<() => void>();

  constructor(parts: TrackerParts) {
    this.#parts = parts;
    this.coalescer = new Coalescer(parts.clock, (ping) => parts.delivery.enqueue(ping));
  }

  nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  /** Begins a run and sends its start. */
  begin(key: string, options: RunOptions, gate: Gate, args: readonly unknown[]): ActiveRun {
    const admission = gate.enter(options, this.nowMs());
    const run = new ActiveRun(this, key, options, admission, gate, args);
    this.open.add(run);
    this.counts.started += 1;
    const { events } = this.#parts;
    if (events.has('run-started'))
      events.emit('run-started', { key: this.#parts.delivery.shown(key), runId: run.id });
    if (this.#parts.openRun !== undefined && options.resumable !== true)
      run.noteEnd = this.#parts.openRun(key, () => run.id);
    if (admission === 'overlap') run.impose('overlap');
    else if (admission === 'all' && options.coalesce === undefined && options.sendStart !== false) {
      this.#send(
        run,
        'start',
        this.#content(run, notEnded, 'start', undefined),
        options.sendStart === 'unlimited' ? unlimitedOnly : undefined,
      );
    }
    this.#watch(run);
    return run;
  }

  log(
    run: ActiveRun,
    message: string,
    metadata: Readonly<Record<string, unknown>> | undefined,
  ): void {
    const metadataJson = metadata === undefined ? this.#metadata(run) : serialiseMetadata(metadata);
    const text = typeof message === 'string' ? message : errorText(message, 'message');
    this.#send(run, 'log', {
      runId: run.id,
      message: this.#masked(text),
      metadataJson,
      groupKey: run.options.groupKey,
    });
  }

  ended(run: ActiveRun, status: Exclude<RunStatus, 'running'>, ending: Ending): void {
    this.open.delete(run);
    run.gate?.leave();
    this.counts[status] += 1;
    const durationMs = Math.max(0, this.nowMs() - run.startedMs);
    this.#tell(run, status, ending, durationMs);
    run.noteEnd?.();
    const { events } = this.#parts;
    if (events.has('run-ended'))
      events.emit('run-ended', {
        key: this.#parts.delivery.shown(run.key),
        runId: run.id,
        status,
        durationMs,
      });
    // Clearing even an empty set allocates.
    if (this.open.size > 0 || this.#drained.size === 0) return;
    for (const callback of this.#drained) callback();
    this.#drained.clear();
  }

  lateEnd(run: ActiveRun, threw: boolean): void {
    const seconds = ((this.nowMs() - run.startedMs) / 1_000).toFixed(1);
    this.#send(run, 'log', {
      runId: run.id,
      message: `ended ${threw ? 'badly' : 'well'} after ${seconds} s, when it had been given up`,
    });
  }

  /** Ends every open run as failed, at the end of the process; a resumable one goes on elsewhere and is deferred. */
  imposeOnAll(reason: RunReason, error: unknown, exitCode: number): void {
    for (const run of this.open) {
      if (run.options.resumable === true) {
        run.defer(`interrupted: ${reason}`);
        continue;
      }
      run.set({ exitCode });
      run.impose(reason, error);
    }
  }

  /** Calls back once no run is open. */
  whenDrained(callback: () => void): () => void {
    if (this.open.size === 0) callback();
    else this.#drained.add(callback);
    return () => this.#drained.delete(callback);
  }

  #tell(
    run: ActiveRun,
    status: Exclude<RunStatus, 'running'>,
    ending: Ending,
    durationMs: number,
  ): void {
    if (
      status === 'failed' ||
      (status === 'succeeded' && run.options.coalesce === undefined && run.admission === 'all')
    ) {
      const state = status === 'failed' ? 'fail' : 'success';
      this.#terminal(run, state, this.#content(run, ending, state, durationMs));
      return;
    }
    if (status === 'deferred') {
      const { message = 'deferred' } = contentOf(ending.options, this.#parts.redactor);
      this.#send(run, 'log', { runId: run.id, message });
    } else if (status === 'succeeded' && run.options.coalesce !== undefined) {
      this.coalescer.add(run.key, durationMs, run.options.coalesce.windowMs);
    }
    run.resolveOutcome?.(undefined);
  }

  #content(
    run: ActiveRun,
    ending: Partial<Ending>,
    state: PingState,
    durationMs: number | undefined,
  ): PingContent {
    const given = contentOf(ending.options, this.#parts.redactor);
    const capture = run.options.captureErrors ?? this.#parts.captureErrors;
    const caught = ending.threw === true ? errorText(ending.error, capture) : undefined;
    return {
      runId: run.id,
      message: given.message ?? this.#masked(caught),
      metadataJson: this.#metadata(run, ending.options),
      durationMs,
      exitCode: given.exitCode,
      groupKey: run.options.groupKey,
      metrics: run.values === undefined ? undefined : numbersIn(run.values),
      reason: state === 'fail' ? (given.reason ?? 'error') : undefined,
      count: 1,
    };
  }

  #metadata(run: ActiveRun, end?: EndOptions): string | undefined {
    const traceId = this.#parts.traceId();
    const { metadata } = run.options;
    const extra = end === undefined ? undefined : readField(end, 'metadata');
    if ((metadata ?? run.values ?? extra ?? traceId) === undefined) return undefined;
    try {
      return serialiseMetadata({
        ...metadata,
        ...run.values,
        ...(extra as object | undefined),
        ...(traceId === undefined ? {} : { traceId }),
      });
    } catch {
      return undefined;
    }
  }

  #masked(text: unknown): string | undefined {
    return typeof text === 'string' && text !== '' ? this.#parts.redactor.text(text) : undefined;
  }

  #terminal(run: ActiveRun, state: 'success' | 'fail', content: PingContent): void {
    const { delivery, clock } = this.#parts;
    const ping = new PingRecord(run.key, state, clock.wallMs(), content);
    const resolve = run.resolveOutcome;
    const ticket = resolve === undefined ? undefined : this.#ticket(ping, resolve);
    run.terminal = { ping, placed: delivery.place(ping, ticket) };
  }

  /** What became, or will become, of a terminal. */
  outcome({ ping, placed }: Terminal): Promise<Outcome> {
    const { delivery } = this.#parts;
    return new Promise((resolve) => delivery.outcomeOf(ping, placed, this.#ticket(ping, resolve)));
  }

  #ticket(ping: PingRecord, resolve: (outcome: Outcome) => void): OutcomeTicket {
    const { delivery, events, redactor } = this.#parts;
    return new OutcomeTicket(delivery.routes.length, settling(ping, events, redactor, resolve));
  }

  #send(
    run: ActiveRun,
    state: PingState,
    content: PingContent,
    takes?: (provider: Provider) => boolean,
  ): void {
    const { delivery, clock } = this.#parts;
    delivery.enqueue(
      new PingRecord(run.key, state, clock.wallMs(), content),
      undefined,
      undefined,
      takes,
    );
  }

  #watch(run: ActiveRun): void {
    const { clock } = this.#parts;
    const { maxDurationMs, idleMs } = run.options;
    if (run.status !== 'running') return;
    if (maxDurationMs !== undefined)
      run.overall = new Watchdog(clock, maxDurationMs, () => run.impose('timeout'));
    if (idleMs !== undefined) run.idle = new Watchdog(clock, idleMs, () => run.impose('idle'));
  }
}
