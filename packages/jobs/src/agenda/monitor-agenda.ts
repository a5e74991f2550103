import {
  checkWrap,
  type HeartbeatClient,
  LubdubError,
  type Run,
  type RunOptions,
} from '@lubdub/core';
import { checkOptions, withMethods } from '../check.ts';
import { clientOf } from '../find-client.ts';
import { Watchers } from '../watchers.ts';
import { isWrappedWith } from '../wrapped.ts';
import {
  type AgendaEmitter,
  type AgendaJob,
  type AgendaLike,
  defaultKey,
  planRun,
  retries,
  scheduleOf,
  watchJob,
} from './job.ts';
import { claims } from './preset.ts';
import { type Retries, retriesOf } from './retries.ts';

/** Options of {@link monitorAgenda}: those of a run, and how its jobs are told. */
export interface MonitorAgendaOptions extends Omit<RunOptions, 'classify'> {
  /** The monitor's key, or how to find it from the job. Default: the job's name. */
  readonly key?: string | ((job: AgendaJob) => string) | undefined;
  /** Default: the client of `initHeartbeat`. */
  readonly client?: HeartbeatClient | undefined;
}

/** A watched Agenda. */
export interface AgendaMonitor {
  /** Stops listening; open runs are logged as no longer watched. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

type Listener = (...args: unknown[]) => void;

/** Tells the jobs of one Agenda by its events. Those that other processes send carry `true` at their end and are ignored. */
class AgendaWatch {
  readonly #agenda: AgendaLike;
  readonly #options: MonitorAgendaOptions;
  readonly #retries: Retries;
  readonly #open = new Map<AgendaJob, Run>();
  readonly #declared = new Set<string>();
  readonly listeners: Readonly<Record<string, Listener>>;

  constructor(agenda: AgendaLike, options: MonitorAgendaOptions) {
    this.#agenda = agenda;
    this.#options = options;
    this.#retries = retriesOf(agenda);
    this.listeners = {
      start: (job) => this.#began(job as AgendaJob),
      success: (job) => this.#open.get(job as AgendaJob)?.success(),
      fail: (error, job) => this.#failed(job as AgendaJob, error),
      retry: (job) => this.#retried(job as AgendaJob),
      'retry exhausted': (error, job) => this.#open.get(job as AgendaJob)?.fail(error),
      complete: (job) => this.#open.delete(job as AgendaJob),
    };
  }

  letGo(why: string): void {
    for (const run of this.#open.values()) run.defer(why);
    this.#open.clear();
  }

  #began(job: AgendaJob): void {
    const { key: given, client: givenClient, ...own } = this.#options;
    const client = clientOf(givenClient);
    if (client === undefined) return;
    const key = typeof given === 'function' ? given(job) : (given ?? defaultKey(job));
    claims.claim(job, key);
    this.#declare(client, key, job);
    const mayRetry = retries(job, this.#agenda);
    const plan = planRun(job, mayRetry, this.#retries.continuedBy(job, key));
    const run = client.start(key, {
      ...plan,
      ...own,
      metadata: { ...plan.metadata, ...own.metadata },
    });
    watchJob(job, run);
    this.#open.set(job, run);
  }

  #declare(client: HeartbeatClient, key: string, job: AgendaJob): void {
    if (this.#declared.has(key)) return;
    if (this.#declared.size < 10_000) this.#declared.add(key);
    const schedule = scheduleOf(job);
    if (schedule !== undefined) client.declare(key, schedule);
  }

  #failed(job: AgendaJob, error: unknown): void {
    if (!retries(job, this.#agenda)) this.#open.get(job)?.fail(error);
  }

  #retried(job: AgendaJob): void {
    const run = this.#open.get(job);
    if (run === undefined || run.status !== 'running') return;
    run.defer(`attempt ${job.attrs.failCount ?? 1} failed, another one follows`);
    this.#retries.remember(job, run.key, run.id);
  }
}

/** Listeners of Agenda must not throw: its job would fail. */
const local =
  (listener: Listener): Listener =>
  (...args) => {
    if (args.includes(true)) return;
    try {
      listener(...args);
    } catch {
      // What the user's key function throws is not the job's.
    }
  };

/** What tells of Agendas. */
const watchers = new Watchers('monitorAgenda');

interface Definition {
  readonly fn?: unknown;
}

const refuseWrapped = (agenda: AgendaLike, key: MonitorAgendaOptions['key']): void => {
  if (typeof key === 'function') return;
  const wrapped = Object.entries(agenda.definitions).find(([name, definition]) => {
    const { fn } = definition as Definition;
    return isWrappedWith(fn, key) || (key === undefined && isWrappedWith(fn, name));
  });
  if (wrapped === undefined) return;
  throw new LubdubError(
    'ERR_LUBDUB_WRAPPED_TWICE',
    `The handler of the job "${wrapped[0]}" is wrapped by withHeartbeat with the key that monitorAgenda uses. Use one of them: monitorAgenda also sees forked jobs.`,
    { option: 'key' },
  );
};

/**
 * Tells every job that this Agenda runs by its events, forked jobs included: start and success; one fail, when no retry follows; a
 * fail with reason `lock-expired` when a job outlives its lock. Jobs that other processes run are theirs to tell.
 *
 * @returns a handle that stops listening
 * @throws LubdubError for a wrong option, or `ERR_LUBDUB_WRAPPED_TWICE`
 */
export const monitorAgenda = (
  agenda: AgendaLike,
  options: MonitorAgendaOptions = {},
): AgendaMonitor => {
  const [takes, accepts] = withMethods('an Agenda', 'on', 'off');
  if (!accepts(agenda) || typeof agenda.definitions !== 'object') {
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_OPTION',
      `monitorAgenda got ${typeof agenda} as its agenda; it takes ${takes}.`,
      { option: 'agenda' },
    );
  }
  const { key, client, ...run } = options;
  checkOptions({ client }, { client: withMethods('a client of createHeartbeat', 'start') });
  checkWrap(key ?? defaultKey, monitorAgenda, run);
  refuseWrapped(agenda, key);
  const release = watchers.claim(agenda, options, 'The Agenda');
  const watch = new AgendaWatch(agenda, options);
  const emitter = agenda as unknown as AgendaEmitter;
  const listening = Object.entries(watch.listeners).map(
    ([name, listener]) => [name, local(listener)] as const,
  );
  for (const [name, listener] of listening) emitter.on(name, listener);
  const stop = (): void => {
    for (const [name, listener] of listening) emitter.off(name, listener);
    release();
    watch.letGo('no longer watched');
  };
  return { stop, [Symbol.dispose]: stop };
};
