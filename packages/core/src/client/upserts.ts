import type { Clock, TimerHandle } from '../clock.ts';
import type { Route } from '../delivery/delivery.ts';
import { guarded } from '../delivery/reading.ts';
import { backoffMs, retryAfterMs, type RetryOptions } from '../delivery/retry.ts';
import { declarationOf, overlaid } from '../delivery/targets.ts';
import type { Interpretation, MonitorDeclaration, Provider } from '../providers/provider.ts';

/** What upserting needs. */
export interface UpsertParts {
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryOptions;
  readonly onMisconfigured: (provider: string, key: string, message: string) => void;
}

interface Queue {
  readonly route: Route;
  readonly waiting: Map<string, MonitorDeclaration>;
  busy: boolean;
  failures: number;
  timer: TimerHandle | undefined;
}

const saysMore = (monitor: MonitorDeclaration): boolean =>
  Object.entries(monitor).some(([field, value]) => field !== 'id' && value !== undefined);

/**
 * Creates or changes the declared monitors at the providers that were asked to (`upsert: true`): one request at a time, again
 * after an outage, never a delete. A refusal is reported as a misconfiguration; nothing here ever reaches a job. Pings of a
 * monitor wait for its first answer, since the service may not know it before; in an outage they do not.
 */
export class Upserts {
  readonly #parts: UpsertParts;
  readonly #queues: readonly Queue[];
  readonly #carriers: readonly Route[];
  readonly #idle = new Set<() => void>();
  #stopped = false;

  constructor(parts: UpsertParts) {
    this.#parts = parts;
    this.#queues = parts.routes
      .filter(({ provider }) => provider.upsertDeclared === true && provider.upsert !== undefined)
      .map((route) => ({ route, waiting: new Map(), busy: false, failures: 0, timer: undefined }));
    this.#carriers = parts.routes.filter(
      ({ provider }) => provider.upsertDeclared === true && provider.upsert === undefined,
    );
    for (const queue of this.#queues) {
      for (const key of Object.keys(queue.route.provider.monitors ?? {})) this.#add(queue, key, {});
    }
  }

  /** A monitor that the code declares; what the provider's own map says about it wins. */
  declare(key: string, monitor: MonitorDeclaration): void {
    for (const queue of this.#queues) this.#add(queue, key, monitor);
    for (const { provider, courier } of this.#carriers) {
      const whole = overlaid(monitor, declarationOf(provider, key));
      if (this.#isGood(provider, key, whole)) courier.declare(key, whole);
    }
  }

  /** Calls back when nothing is left to upsert; returns the function that stops waiting. */
  whenIdle(callback: () => void): () => void {
    if (this.#pending === 0) callback();
    else this.#idle.add(callback);
    return () => this.#idle.delete(callback);
  }

  /** Gives up what is left. */
  stop(): void {
    this.#stopped = true;
    for (const queue of this.#queues) {
      if (queue.timer !== undefined) this.#parts.clock.clearTimer(queue.timer);
      this.#releaseAll(queue);
      queue.waiting.clear();
    }
  }

  get #pending(): number {
    return this.#queues.reduce((sum, { waiting, busy }) => sum + waiting.size + (busy ? 1 : 0), 0);
  }

  #add(queue: Queue, key: string, fromCode: MonitorDeclaration): void {
    const { provider } = queue.route;
    const known = overlaid(queue.waiting.get(key) ?? {}, fromCode);
    const monitor = overlaid(known, declarationOf(provider, key));
    if (this.#stopped || !saysMore(monitor)) return;
    if (!this.#isGood(provider, key, monitor)) return;
    queue.waiting.set(key, monitor);
    if (queue.failures === 0) queue.route.courier.targets.hold(key);
    this.#parts.clock.defer(() => this.#next(queue));
  }

  #isGood(provider: Provider, key: string, monitor: MonitorDeclaration): boolean {
    const problem = provider.checkMonitor?.(key, monitor);
    if (problem !== undefined)
      this.#parts.onMisconfigured(provider.name, key, `it takes ${problem}`);
    return problem === undefined;
  }

  #next(queue: Queue): void {
    if (this.#stopped || queue.busy || queue.timer !== undefined) return;
    const [first] = queue.waiting;
    if (first === undefined) {
      if (this.#pending === 0) this.#settle();
      return;
    }
    const [key, monitor] = first;
    const { courier, provider } = queue.route;
    queue.waiting.delete(key);
    queue.busy = true;
    courier.request(
      (secrets) => {
        const context = { ...courier.context(key, secrets), monitor };
        return provider.upsert?.toRequest(key, monitor, context) as never;
      },
      (result) => {
        queue.busy = false;
        const { upsert } = provider;
        const unread: Interpretation = { status: 'unreachable' };
        const read: Interpretation =
          result.kind === 'response' && upsert !== undefined
            ? guarded(() => upsert.interpret(result), unread)
            : unread;
        const { clock, retry } = this.#parts;
        const header = result.kind === 'response' ? result.headers['retry-after'] : undefined;
        const asked = retryAfterMs(header, clock.wallMs(), retry.maxRetryAfterMs) ?? 0;
        this.#landed(queue, key, monitor, read, asked);
      },
    );
  }

  #landed(
    queue: Queue,
    key: string,
    monitor: MonitorDeclaration,
    read: Interpretation,
    leastMs: number,
  ): void {
    const { clock, retry, random, onMisconfigured } = this.#parts;
    const later = read.status === 'unreachable' || read.status === 'rate-limited';
    queue.route.courier.targets.release(key);
    if (later) this.#releaseAll(queue);
    if (later && !this.#stopped && queue.failures < retry.maxAttempts) {
      queue.failures += 1;
      if (!queue.waiting.has(key)) queue.waiting.set(key, monitor);
      queue.timer = clock.setTimer(
        () => {
          queue.timer = undefined;
          this.#next(queue);
        },
        Math.max(leastMs, backoffMs(queue.failures, retry, random)),
      );
      return;
    }
    queue.failures = 0;
    if (read.status !== 'accepted' && read.status !== 'unverified') {
      const why = read.message ?? read.reason ?? read.status;
      onMisconfigured(queue.route.provider.name, key, `it could not be upserted: ${why}`);
    }
    this.#next(queue);
  }

  #releaseAll({ route, waiting }: Queue): void {
    for (const key of waiting.keys()) route.courier.targets.release(key);
  }

  #settle(): void {
    const callbacks = [...this.#idle];
    this.#idle.clear();
    for (const callback of callbacks) callback();
  }
}
