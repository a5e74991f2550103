import { LubdubError } from '@lubdub/core';
import { checkOptions, oneOf, withMethods } from '../check.ts';
import {
  type ProgressMonitor,
  type ProgressOptions,
  progressRules,
  type Reading,
  watchProgress,
} from '../progress.ts';

/** What is used of a BullMQ `Queue`; 5 and 6 fit. */
export interface BullMqQueue {
  readonly name: string;
  getJobCounts(...types: never[]): Promise<Readonly<Record<string, number>>>;
  getRanges(types: never, start?: number, end?: number, asc?: boolean): Promise<readonly string[]>;
  getJobState(id: string): Promise<string>;
  getJob(id: string): Promise<unknown>;
  isPaused(): Promise<boolean>;
  getWorkersCount(): Promise<number>;
}

/** What is used of a `Worker` besides. */
interface ProgressEmitter {
  on(name: never, listener: never): unknown;
  off(name: never, listener: never): unknown;
}

/** Options of {@link monitorQueue}. */
export interface MonitorQueueOptions extends ProgressOptions {
  /** A worker of this process whose events count as progress at once. Workers elsewhere are seen without it. */
  readonly worker?: ProgressEmitter | undefined;
  /**
   * A paused queue on which jobs wait: `fail` (default) like any other standstill, since pauses are forgotten; `beat`, it is
   * meant to be paused.
   */
  readonly whenPaused?: 'fail' | 'beat' | undefined;
}

/** A watched queue. */
export interface QueueMonitor {
  /** Stops beating and listening. Safe to call twice. */
  stop(): void;
  [Symbol.dispose](): void;
}

const mostActive = 20;
const mostWithProgress = 5;
const progressEvents = ['active', 'completed', 'failed', 'progress'] as const;
const waitingStates: readonly string[] = ['waiting', 'wait', 'paused', 'prioritized'];

type Counts = (...types: readonly string[]) => Promise<Readonly<Record<string, number>>>;
type Ranges = (
  types: readonly string[],
  start: number,
  end: number,
  asc: boolean,
) => Promise<readonly string[]>;

/** Looks at a queue. Remembers which job was next, since a queue gets on when that job no longer waits. */
class QueueLook {
  readonly #queue: BullMqQueue;
  readonly #whenPaused: 'fail' | 'beat';
  #next: string | undefined;
  #taken = 0;

  constructor(queue: BullMqQueue, whenPaused: 'fail' | 'beat') {
    this.#queue = queue;
    this.#whenPaused = whenPaused;
  }

  async look(): Promise<Reading> {
    const queue = this.#queue;
    const counts = await (queue.getJobCounts as Counts).call(
      queue,
      'wait',
      'prioritized',
      'active',
      'completed',
      'failed',
      'delayed',
    );
    const paused = await queue.isPaused();
    const held = paused ? await this.#held() : 0;
    const waiting = (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0) + held;
    const running = counts['active'] ?? 0;
    await this.#seeNext();
    return {
      waiting,
      running,
      signature: JSON.stringify([
        counts['completed'],
        counts['failed'],
        this.#taken,
        await this.#active(running),
      ]),
      excused: paused && running === 0 && this.#whenPaused === 'beat',
      note: await this.#note(paused),
    };
  }

  /** BullMQ 5 moves the jobs of a paused queue to a list of its own. */
  async #held(): Promise<number> {
    try {
      const counts = await (this.#queue.getJobCounts as Counts).call(this.#queue, 'paused');
      return counts['paused'] ?? 0;
    } catch {
      return 0;
    }
  }

  async #seeNext(): Promise<void> {
    const queue = this.#queue;
    if (this.#next !== undefined) {
      const state = await queue.getJobState(this.#next);
      if (waitingStates.includes(state)) return;
      this.#taken += 1;
    }
    const first = async (state: string): Promise<string | undefined> =>
      (await (queue.getRanges as Ranges).call(queue, [state], 0, 0, true))[0];
    this.#next = (await first('wait')) ?? (await first('prioritized'));
  }

  /** The jobs that run, and how far the first of them say they are. */
  async #active(running: number): Promise<unknown> {
    if (running === 0) return [];
    const queue = this.#queue;
    const ids = await (queue.getRanges as Ranges).call(queue, ['active'], 0, mostActive - 1, true);
    const progress = ids.slice(0, mostWithProgress).map(async (id) => {
      const job = (await queue.getJob(id)) as { progress?: unknown } | undefined;
      return job?.progress;
    });
    return [ids, await Promise.all(progress)];
  }

  async #note(paused: boolean): Promise<string | undefined> {
    if (paused) return 'the queue is paused';
    try {
      return (await this.#queue.getWorkersCount()) === 0 ? 'no worker is connected' : undefined;
    } catch {
      return undefined;
    }
  }
}

const methods = ['getJobCounts', 'getRanges', 'getJobState', 'getJob', 'isPaused'] as const;

/**
 * Beats for a queue only while its jobs get on, or while there is nothing to do: a worker that is connected but hangs, an
 * event loop that is blocked, a Redis that is gone, no worker at all are all seen. Works from any process that has a
 * `Queue`, best from another one than the worker's. Jobs that `updateProgress` get on.
 *
 * @param key the monitor's key; the service should expect a beat every `intervalMs`
 * @returns a handle that stops it
 * @throws LubdubError for a wrong key, queue or option
 *
 * @example
 * monitorQueue('mail-queue', new Queue('mail', { connection }), { maxIdleMs: 600_000 });
 */
export const monitorQueue = (
  key: string,
  queue: BullMqQueue,
  options: MonitorQueueOptions = {},
): QueueMonitor => {
  const [takes, accepts] = withMethods('a BullMQ Queue', ...methods);
  if (!accepts(queue)) {
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_OPTION',
      `monitorQueue got ${typeof queue} as its queue; it takes ${takes}. A worker is watched with monitorWorker.`,
      { option: 'queue' },
    );
  }
  const { worker, whenPaused = 'fail', ...progress } = options;
  checkOptions(options, {
    ...progressRules,
    worker: withMethods('a BullMQ Worker', 'on', 'off'),
    whenPaused: oneOf('fail', 'beat'),
  });
  const watch = new QueueLook(queue, whenPaused);
  const monitor: ProgressMonitor = watchProgress(key, progress, () => watch.look());
  const moved = (): void => monitor.moved();
  for (const name of progressEvents) worker?.on(name as never, moved as never);
  const stop = (): void => {
    for (const name of progressEvents) worker?.off(name as never, moved as never);
    monitor.stop();
  };
  return { stop, [Symbol.dispose]: stop };
};
