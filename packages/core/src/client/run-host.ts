import { isLubdubError } from '../errors.ts';
import type { ContextStore } from '../platform/platform.ts';
import { keyProblem } from '../ping/key.ts';
import { ActiveRun } from '../run/active-run.ts';
import type { Gate } from '../run/gate.ts';
import type { Hold } from '../run/results.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { WrapHost } from '../run/wrap.ts';
import { createOutcome } from '../delivery/ticket.ts';
import type { Parts } from './assemble.ts';
import { checkRunOptions } from './options.ts';

const defaultSettleBudgetMs = 2_000;
const mostChecked = 16;

/** Begins runs for `run`, `start` and wrapped jobs. What is wrong with a call is told once and never reaches the job. */
export class RunHost implements WrapHost {
  readonly keepsContext: boolean;
  readonly #parts: Parts;
  readonly #context: ContextStore<ActiveRun> | undefined;
  readonly #strict: boolean;
  readonly #closed: () => boolean;
  readonly #warned = new Set<string>();
  /** Options seen last; a map of all that were ever seen would burden the garbage collector. */
  readonly #checked: { readonly given: unknown; readonly copy: RunOptions }[] = [];
  #oldest = 0;

  constructor(
    parts: Parts,
    context: ContextStore<ActiveRun> | undefined,
    strict: boolean,
    closed: () => boolean,
  ) {
    this.#parts = parts;
    this.#context = context;
    this.#strict = strict;
    this.#closed = closed;
    this.keepsContext = context !== undefined;
  }

  begin(
    key: unknown,
    options: RunOptions,
    gate: Gate,
    args: readonly unknown[],
  ): ActiveRun | undefined {
    const { tracker, misconfigurations, delivery } = this.#parts;
    if (delivery.routes.length === 0) return undefined;
    if (this.#closed()) {
      this.#warnOnce('A run was not monitored: the client is closed. [ERR_LUBDUB_CLOSED]');
      return undefined;
    }
    const problem = keyProblem(key);
    if (problem !== undefined) {
      this.#warnOnce(
        `A run was not monitored: its monitor key is ${problem}. [ERR_LUBDUB_INVALID_KEY]`,
      );
      return undefined;
    }
    if (this.#strict) {
      const wrong = misconfigurations.errorFor(key as string);
      if (wrong !== undefined) throw wrong;
    }
    try {
      return tracker.begin(key as string, options, gate, args);
    } catch (error) {
      this.#warnOnce(
        `A run was not monitored: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
      return undefined;
    }
  }

  inContext(run: ActiveRun, call: () => unknown): unknown {
    return (this.#context as ContextStore<ActiveRun>).run(run, call);
  }

  hold(run: ActiveRun, options: RunOptions): Hold {
    const { settle, waitUntil } = options;
    if (settle !== 'await' && waitUntil === undefined) return undefined;
    const delivered = run.delivered();
    try {
      waitUntil?.(delivered);
    } catch {
      // The host's own function.
    }
    if (settle !== 'await') return undefined;
    return () => this.#bounded(delivered, options.settleBudgetMs ?? defaultSettleBudgetMs);
  }

  /** With `strict`, the look-up that a first run has to wait for; undefined: nothing to wait for. */
  resolving(key: unknown): Promise<unknown> | undefined {
    if (!this.#strict || this.#closed() || keyProblem(key) !== undefined) return undefined;
    const { delivery, clock } = this.#parts;
    const unknown = delivery.routes.filter(({ courier }) => {
      const { status, due } = courier.targets.target(key as string, clock.monotonicMs());
      return status !== 'known' && due === true;
    });
    return unknown.length === 0
      ? undefined
      : Promise.all(unknown.map(({ courier }) => courier.ask(key as string)));
  }

  /** A run that tells nobody anything, for calls that cannot be monitored. */
  inert(key: unknown): ActiveRun {
    const { clock } = this.#parts;
    const keeper = {
      nowMs: () => clock.monotonicMs(),
      log: () => undefined,
      ended: (run: ActiveRun) => run.resolveOutcome?.(undefined),
      lateEnd: () => undefined,
      outcome: async () => createOutcome([]),
    };
    return new ActiveRun(keeper, typeof key === 'string' ? key : '', {}, 'all', undefined, []);
  }

  /** Options of a run-time call: wrong ones are told once and left out, since the job must run. */
  tolerated(options: unknown): RunOptions {
    // Adapters hand in the same object for every request.
    for (const { given, copy } of this.#checked) if (given === options) return copy;
    try {
      checkRunOptions(options);
      // A copy: what was checked is what is used.
      const copy = { ...(options as RunOptions) };
      this.#checked[this.#oldest] = { given: options, copy };
      this.#oldest = (this.#oldest + 1) % mostChecked;
      return copy;
    } catch (error) {
      this.#warnOnce(
        `Run options were ignored: ${isLubdubError(error) ? error.message : 'they could not be read'}`,
      );
      return {};
    }
  }

  /** Looks up everything declared, so that what only the services know is known. */
  async ready(): Promise<void> {
    const { delivery, clock } = this.#parts;
    const lookUps = delivery.routes.flatMap(({ provider, courier }) =>
      Object.keys(provider.monitors ?? {})
        .filter((key) => courier.targets.target(key, clock.monotonicMs()).status === 'unknown')
        .map((key) => courier.ask(key)),
    );
    await Promise.all(lookUps);
  }

  #bounded(delivered: Promise<unknown>, budgetMs: number): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      // Held: the job's caller awaits this, and our sockets do not keep the process alive.
      const timer = clock.setTimer(resolve, budgetMs, true);
      void delivered.then(() => {
        clock.clearTimer(timer);
        resolve();
      });
    });
  }

  #warnOnce(message: string): void {
    if (this.#warned.size > 100 || this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#parts.logger.warn(message);
  }
}
