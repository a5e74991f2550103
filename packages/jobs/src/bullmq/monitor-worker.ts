import {
  checkWrap,
  type HeartbeatClient,
  LubdubError,
  type Run,
  type RunOptions,
} from '@lubdub/core';
import { callable, checkOptions, type Rule, withMethods } from '../check.ts';
import { clientOf } from '../find-client.ts';
import { Watchers } from '../watchers.ts';
import { isWrappedWith } from '../wrapped.ts';
import { bullMqRules } from './check.ts';
import { failureReason, suspensionOf } from './errors.ts';
import {
  attemptsOf,
  type BullMqJob,
  type BullMqJobOptions,
  defaultKey,
  planAttempt,
  scheduleOf,
} from './job.ts';
import { claims } from './preset.ts';

/** What is used of a BullMQ `Worker`; 5 and 6 fit. */
export interface BullMqWorker {
  readonly name: string;
  readonly concurrency: number;
  on(name: never, listener: never): unknown;
  off(name: never, listener: never): unknown;
}

/** Options of {@link monitorWorker}: those of a run, and how its jobs are told. */
export interface MonitorWorkerOptions extends BullMqJobOptions, Omit<RunOptions, 'classify'> {
  /** The monitor's key, or how to find it from the job. Default: the scheduler's id, else `queue.name`. */
  readonly key?: string | ((job: BullMqJob) => string) | undefined;
  /** Default: the client of `initHeartbeat`. */
  readonly client?: HeartbeatClient | undefined;
}

/** A watched worker. */
export interface WorkerMonitor {
  /** Stops listening; runs that are open are logged as no longer watched. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

interface OpenRun {
  readonly run: Run;
  readonly job: BullMqJob;
}

type Listener = (...args: never[]) => void;
type Emitter = {
  on(name: string, listener: Listener): void;
  off(name: string, listener: Listener): void;
};

interface Processor {
  readonly processFn?: ((...args: never[]) => unknown) | undefined;
  readonly childPool?: unknown;
}

const rules: Readonly<Record<string, Rule>> = {
  ...bullMqRules,
  key: ['a monitor key or a function of the job', () => true],
  client: withMethods('a client of createHeartbeat', 'start', 'ping'),
};

const check = (worker: unknown, options: MonitorWorkerOptions): void => {
  const [takes, accepts] = withMethods('a BullMQ Worker', 'on', 'off');
  if (!accepts(worker) || typeof (worker as BullMqWorker).concurrency !== 'number') {
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_OPTION',
      `monitorWorker got ${typeof worker} as its worker; it takes ${takes}. A processor is wrapped with withHeartbeat.`,
      { option: 'worker' },
    );
  }
  const { key, client, failures, suspends, ...run } = options;
  checkOptions({ client, failures, suspends }, rules);
  checkWrap(key ?? defaultKey, check, run);
  if (key !== undefined && typeof key !== 'function') return;
  const [, isCallable] = callable;
  if (key !== undefined && !isCallable(key)) checkWrap(key, check);
};

const refuseWrapped = (worker: BullMqWorker, key: MonitorWorkerOptions['key']): void => {
  if (typeof key === 'function') return;
  if (!isWrappedWith((worker as Processor).processFn, key)) return;
  throw new LubdubError(
    'ERR_LUBDUB_WRAPPED_TWICE',
    `The processor of the worker "${worker.name}" is wrapped by withHeartbeat with the same key as monitorWorker${key === undefined ? ' (the default one)' : ` ("${key}")`}. Use one of them: monitorWorker also sees stalled jobs, failed children and crashed sandboxes.`,
    { option: 'key' },
  );
};

/** What tells of workers. */
const watchers = new Watchers('monitorWorker');

/** Tells the jobs of one worker by its events, which know what BullMQ did with a job. */
class WorkerWatch {
  readonly #worker: BullMqWorker;
  readonly #options: MonitorWorkerOptions;
  readonly #open = new Map<string, OpenRun>();
  readonly #declared = new Set<string>();
  readonly listeners: Readonly<Record<string, Listener>>;

  constructor(worker: BullMqWorker, options: MonitorWorkerOptions) {
    this.#worker = worker;
    this.#options = options;
    this.listeners = {
      active: (job: BullMqJob) => this.#began(job),
      completed: (job: BullMqJob) => this.#completed(job),
      failed: (job: BullMqJob | undefined, error: unknown) => this.#failed(job, error),
      stalled: (id: string) => this.#open.get(id)?.run.log('stalled: its lock expired'),
      closed: () => this.letGo('the worker was closed'),
    };
  }

  letGo(why: string): void {
    for (const { run } of this.#open.values()) run.defer(why);
    this.#open.clear();
  }

  #keyOf(job: BullMqJob): string {
    const { key } = this.#options;
    return typeof key === 'function' ? key(job) : (key ?? defaultKey(job));
  }

  #start(client: HeartbeatClient, job: BullMqJob, again: boolean): Run {
    const { key: _, client: __, failures, suspends, ...own } = this.#options;
    const { processFn, childPool } = this.#worker as Processor;
    const guess = childPool === undefined && (processFn?.length ?? 0) >= 2;
    const plan = planAttempt(job, { failures }, suspends ?? guess);
    return client.start(this.#keyOf(job), {
      ...plan,
      ...own,
      metadata: { ...plan.metadata, ...own.metadata },
      ...(again ? { sendStart: false } : {}),
    });
  }

  #began(job: BullMqJob): void {
    const client = clientOf(this.#options.client);
    if (client === undefined || job.id === undefined) return;
    const key = this.#keyOf(job);
    claims.claim(job, key);
    this.#declare(client, key, job);
    this.#open.get(job.id)?.run.defer('suspended');
    this.#open.set(job.id, { run: this.#start(client, job, false), job });
    if (this.#open.size > this.#worker.concurrency) void this.#prune();
  }

  #declare(client: HeartbeatClient, key: string, job: BullMqJob): void {
    if (job.opts.repeat === undefined || this.#declared.has(key)) return;
    if (this.#declared.size < 10_000) this.#declared.add(key);
    const schedule = scheduleOf(job.opts.repeat);
    if (schedule !== undefined) client.declare(key, schedule);
  }

  /** The run of a job that ended; a job that this worker fails without having run it gets one that continues. */
  #take(job: BullMqJob): Run | undefined {
    const found = job.id === undefined ? undefined : this.#open.get(job.id);
    if (job.id !== undefined) this.#open.delete(job.id);
    if (found !== undefined) return found.run;
    const client = clientOf(this.#options.client);
    return client && this.#start(client, job, true);
  }

  #completed(job: BullMqJob): void {
    this.#take(job)?.success();
  }

  #failed(job: BullMqJob | undefined, error: unknown): void {
    const { key, client, failures } = this.#options;
    if (job === undefined) {
      // A stalled job that was removed as it failed: nobody knows any more which one it was.
      if (typeof key === 'string') clientOf(client)?.start(key, { sendStart: false }).fail(error);
      return;
    }
    const run = this.#take(job);
    if (job.finishedOn !== undefined || failures === 'every-attempt')
      run?.fail(error, { reason: failureReason(error) });
    else
      run?.defer(`attempt ${job.attemptsMade} of ${attemptsOf(job)} failed, another one follows`);
  }

  /** BullMQ has no event for a job that puts itself off: more open runs than the worker runs means that some did. */
  async #prune(): Promise<void> {
    for (const [id, { job, run }] of [...this.#open].slice(0, -this.#worker.concurrency)) {
      const { getState } = job as { getState?: () => Promise<string> };
      const state = await getState?.call(job).catch(() => 'active');
      if (state === undefined || state === 'active' || this.#open.get(id)?.run !== run) continue;
      this.#open.delete(id);
      run.defer(suspensionOf({ name: state }) ?? state);
    }
  }
}

const quietly =
  (listener: Listener): Listener =>
  (...args) => {
    try {
      Reflect.apply(listener, undefined, args);
    } catch {
      // What the user's key function throws is not the worker's.
    }
  };

/**
 * Tells the jobs of a worker by the worker's own events. Sees what no processor can: jobs that stalled too often, that fail
 * because a child failed, whose sandbox died. The worker is left as it is, except for the listeners; none is added for `error`.
 *
 * Not together with `withHeartbeat` of the same key: that throws where it can be seen, else the handler runs unmonitored with a
 * warning.
 *
 * @returns a handle that stops listening; closing the worker does so, too
 * @throws LubdubError for a wrong option, or `ERR_LUBDUB_WRAPPED_TWICE`
 */
export const monitorWorker = (
  worker: BullMqWorker,
  options: MonitorWorkerOptions = {},
): WorkerMonitor => {
  check(worker, options);
  refuseWrapped(worker, options.key);
  const release = watchers.claim(worker, options, `The worker "${worker.name}"`);
  const watch = new WorkerWatch(worker, options);
  const emitter = worker as unknown as Emitter;
  const listening = Object.entries(watch.listeners).map(
    ([name, listener]) => [name, quietly(listener)] as const,
  );
  for (const [name, listener] of listening) emitter.on(name, listener);
  const stop = (): void => {
    for (const [name, listener] of listening) emitter.off(name, listener);
    release();
    watch.letGo('no longer watched');
  };
  return { stop, [Symbol.dispose]: stop };
};
