import { OutcomeTicket, createOutcome, settling } from '../delivery/ticket.ts';
import { overlaid } from '../delivery/targets.ts';
import type { HeartbeatEventName, HeartbeatListener } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { contentOf, numberField, readField } from '../ping/content.ts';
import { assertKey } from '../ping/key.ts';
import type { PingState } from '../ping/ping.ts';
import { PingRecord } from '../ping/record.ts';
import type { ContextStore, Platform } from '../platform/platform.ts';
import type { Alert, Finding, MonitorDeclaration, TrackEvent } from '../providers/provider.ts';
import type { ActiveRun } from '../run/active-run.ts';
import { Gate } from '../run/gate.ts';
import type { Run } from '../run/run.ts';
import type { AnyJob, RunOptions, WrapOptions } from '../run/run-options.ts';
import { callAsRun, createWrapper } from '../run/wrap.ts';
import { sendAlert } from './alerts.ts';
import { assemble, type Parts } from './assemble.ts';
import { checkWrap } from './check-wrap.ts';
import { checkLivenessOptions, type HeartbeatOptions, providersOf } from './options.ts';
import { Closing } from './closing.ts';
import type {
  AlertOutcome,
  FlushResult,
  HeartbeatClient,
  Liveness,
  LivenessOptions,
  MonitorHandle,
  PingOptions,
} from './heartbeat-client.ts';
import { startLiveness } from './liveness.ts';
import { RunHost } from './run-host.ts';
import type { Stats } from './stats.ts';
import { verifyMonitors } from './verify.ts';

type Callable = (...args: unknown[]) => unknown;

const states: readonly unknown[] = ['start', 'success', 'fail', 'log'];
const defaultPingDeadlineMs = 30_000;
const mostGates = 10_000;

/** The client behind `createHeartbeat`. */
export class Client implements HeartbeatClient {
  readonly #parts: Parts;
  readonly #host: RunHost;
  readonly #closing: Closing;
  readonly #context: ContextStore<ActiveRun> | undefined;
  readonly #gates = new Map<string, Gate>();
  readonly #declared = new Map<string, MonitorDeclaration>();
  readonly #beats = new Set<Liveness>();

  constructor(options: HeartbeatOptions, platform: Platform) {
    const providers = options.disabled === true ? [] : providersOf(options);
    this.#parts = assemble(options, providers, platform);
    this.#context = options.context === true ? platform.createContext<ActiveRun>() : undefined;
    this.#closing = new Closing(this.#parts);
    this.#host = new RunHost(
      this.#parts,
      this.#context,
      options.strict === true,
      () => this.#closing.closed,
    );
    const { delivery, tracker, clock } = this.#parts;
    const exitBudgetMs = options.exitBudgetMs ?? 1_500;
    const leaving = {
      delivery,
      tracker,
      tracking: this.#parts.tracking,
      clock,
      platform,
      exitBudgetMs,
      spooling: this.#parts.spooling,
      network: options.network ?? {},
      exitZero: options.exitZero ?? 'fail',
      flush: (timeoutMs: number) => this.flush(timeoutMs),
    };
    this.#parts.spooling.start(delivery.routes, this.#parts.tracking);
    if (providers.length > 0) {
      this.#closing.onClosed(
        platform.attach(leaving, { exitBudgetMs, signals: options.signals ?? false }),
      );
    }
  }

  async ping(key: string, options: PingOptions = {}): Promise<Outcome> {
    assertKey(key);
    const { delivery, misconfigurations } = this.#parts;
    if (delivery.routes.length === 0) return createOutcome([]);
    const ping = this.#pingOf(key, options);
    const deadlineMs = numberField(options, 'deadlineMs') ?? defaultPingDeadlineMs;
    const outcome = await new Promise<Outcome>((resolve) => {
      const { events, redactor } = this.#parts;
      const done = settling(ping, events, redactor, resolve);
      const ticket = new OutcomeTicket(delivery.routes.length, done);
      if (this.#closing.closed) delivery.refuse(ping, ticket, 'closed');
      else delivery.enqueue(ping, ticket, Math.max(1, deadlineMs));
    });
    const wrong =
      outcome.status === 'rejected' || outcome.status === 'dropped'
        ? misconfigurations.errorFor(key)
        : undefined;
    if (wrong !== undefined) throw wrong;
    return outcome;
  }

  wrap<Job extends AnyJob>(
    key: string | ((...args: Parameters<Job>) => string),
    job: Job,
    options: WrapOptions = {},
  ): Job {
    checkWrap(key, job, options);
    return createWrapper(key, job, options, this.#host) as unknown as Job;
  }

  run<Result>(key: string, job: (run: Run) => Result, options: RunOptions = {}): Result {
    const call = (): unknown => {
      const run = this.start(key, options);
      return callAsRun(job as Callable, undefined, [run], run, {}, this.#host);
    };
    const first = this.#host.resolving(key);
    return (first === undefined ? call() : first.then(call)) as Result;
  }

  start(key: string, options: RunOptions = {}): ActiveRun {
    return (
      this.#host.begin(key, this.#host.tolerated(options), this.#gateOf(key), []) ??
      this.#host.inert(key)
    );
  }

  monitor(key: string): MonitorHandle {
    assertKey(key);
    return {
      key,
      ping: (options) => this.ping(key, options),
      run: (job, options) => this.run(key, job, options),
      wrap: (job, options) => this.wrap(key, job, options),
      start: (options) => this.start(key, options),
    };
  }

  every(key: string, options: LivenessOptions = {}): Liveness {
    assertKey(key);
    checkLivenessOptions(options);
    const liveness = startLiveness(options, {
      clock: this.#parts.clock,
      beat: () => this.#enqueue(key, { metadata: options.metadata }),
      ended: (stopped) => this.#beats.delete(stopped),
    });
    this.#beats.add(liveness);
    return liveness;
  }

  async alert(target: string, alert: Alert): Promise<AlertOutcome> {
    const routes = this.#closing.closed ? [] : this.#parts.delivery.routes;
    return sendAlert(
      routes,
      typeof target === 'string' ? target : '',
      alert,
      this.#parts.redactor,
      this.#parts.clock,
    );
  }

  track(event: TrackEvent): void {
    if (this.#closing.closed) return;
    for (const tracking of this.#parts.tracking) {
      try {
        tracking.add(event);
      } catch {
        tracking.counts.dropped += 1;
      }
    }
  }

  current(): Run | undefined {
    return this.#context?.current();
  }

  declare(key: string, monitor: MonitorDeclaration): void {
    assertKey(key);
    const declared = overlaid(this.#declared.get(key) ?? {}, monitor);
    this.#declared.set(key, declared);
    this.#parts.upserts.declare(key, declared);
  }

  async ready(): Promise<void> {
    await this.#host.ready();
    const wrong = this.#parts.misconfigurations.errorFor();
    if (wrong !== undefined) throw wrong;
  }

  async verify(): Promise<readonly Finding[]> {
    return verifyMonitors(this.#parts, this.#declared);
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#closing.flush(timeoutMs);
  }

  drain(timeoutMs?: number): Promise<number> {
    return this.#closing.drain(timeoutMs);
  }

  close(timeoutMs?: number): Promise<FlushResult> {
    for (const liveness of [...this.#beats]) liveness.stop();
    return this.#closing.close(timeoutMs);
  }

  clearCache(key?: string): void {
    for (const { courier } of this.#parts.delivery.routes) courier.targets.clear(key);
    this.#parts.misconfigurations.forget(undefined, key);
  }

  stats(): Stats {
    const { tracker, delivery, spooling, tracking } = this.#parts;
    return {
      runs: { ...tracker.counts, open: tracker.open.size },
      pings: delivery.taken,
      pending: delivery.pending,
      providers: spooling.withStats(delivery, tracking),
    };
  }

  on<Name extends HeartbeatEventName>(name: Name, listener: HeartbeatListener<Name>): () => void {
    return this.#parts.events.on(name, listener);
  }

  #gateOf(key: string): Gate {
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const gate = new Gate();
    // Keys made up per run: gates that nobody is inside of, all but surely, make room.
    if (this.#gates.size >= mostGates) this.#gates.clear();
    this.#gates.set(key, gate);
    return gate;
  }

  #enqueue(key: string, options: PingOptions): void {
    if (!this.#closing.closed) this.#parts.delivery.enqueue(this.#pingOf(key, options));
  }

  #pingOf(key: string, options: PingOptions): PingRecord {
    const content = contentOf(options, this.#parts.redactor);
    const given = readField(options, 'state');
    const byCode: PingState = (content.exitCode ?? 0) === 0 ? 'success' : 'fail';
    const state = states.includes(given) ? (given as PingState) : byCode;
    return new PingRecord(key, state, this.#parts.clock.wallMs(), {
      ...content,
      reason: undefined,
    });
  }
}
