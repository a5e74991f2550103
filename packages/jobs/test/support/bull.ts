import { randomUUID } from 'node:crypto';
import * as bullmq6 from 'bullmq';
import * as bullmq5 from 'bullmq5';
import type {
  DelayedError,
  FlowProducer,
  Job,
  Processor,
  Queue,
  QueueOptions,
  UnrecoverableError,
  WaitingChildrenError,
  WaitingError,
  Worker,
  WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import { redisUrl, removeKeys } from '@lubdub/test-kit/redis';

/** What the tests use of BullMQ. */
export interface BullModule {
  readonly Queue: typeof Queue;
  readonly Worker: typeof Worker;
  readonly FlowProducer: typeof FlowProducer;
  readonly DelayedError: typeof DelayedError;
  readonly UnrecoverableError: typeof UnrecoverableError;
  readonly WaitingError: typeof WaitingError;
  readonly WaitingChildrenError: typeof WaitingChildrenError;
}

/** The versions of BullMQ that every test runs on. */
export const versions: readonly (readonly [string, BullModule])[] = [
  ['BullMQ 6', bullmq6],
  ['BullMQ 5', bullmq5 as unknown as BullModule],
];

/** Queues and workers of one test, under a prefix of its own. */
export interface Bull {
  readonly prefix: string;
  readonly name: string;
  readonly queue: Queue;
  readonly module: BullModule;
  worker(processor: Processor | string, options?: Partial<WorkerOptions>): Worker;
  another(name: string): Queue;
  /** Resolves with the job and error of the next `failed` event that ends a job, or of the next `completed`. */
  ended(worker: Worker): Promise<{ job: Job; error?: Error }>;
  /** A fresh connection as this version wants it. */
  connection(): QueueOptions['connection'];
  close(): Promise<void>;
}

/** Makes a queue on the real Redis. */
export const createBull = (module: BullModule): Bull => {
  const prefix = `lubdub-test-${randomUUID()}`;
  const name = 'mail';
  const open: { close(force?: boolean): Promise<unknown> }[] = [];
  const connections: Redis[] = [];
  const connection = (): QueueOptions['connection'] => {
    if (module !== bullmq6) {
      const { hostname, port } = new URL(redisUrl);
      return { host: hostname, port: Number(port || 6379), maxRetriesPerRequest: null };
    }
    const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    connections.push(redis);
    return redis;
  };
  const another = (queueName: string): Queue => {
    const queue = new module.Queue(queueName, { connection: connection(), prefix });
    open.push(queue);
    return queue;
  };
  const queue = another(name);
  return {
    prefix,
    name,
    queue,
    module,
    another,
    connection,
    worker(processor, options = {}) {
      const worker = new module.Worker(options.name ?? name, processor as Processor, {
        connection: connection(),
        prefix,
        drainDelay: 1,
        ...options,
      });
      worker.on('error', () => undefined);
      open.push(worker);
      return worker;
    },
    ended: (worker) =>
      new Promise((resolve) => {
        const failed = (job: Job | undefined, error: Error): void => {
          if (job?.finishedOn !== undefined) done({ job, error });
        };
        const completed = (job: Job): void => done({ job });
        const done = (end: { job: Job; error?: Error }): void => {
          worker.off('failed', failed);
          worker.off('completed', completed);
          resolve(end);
        };
        worker.on('failed', failed);
        worker.on('completed', completed);
      }),
    async close() {
      await Promise.all(
        open
          .toReversed()
          .map((opened) => opened.close(opened instanceof module.Worker).catch(() => undefined)),
      );
      for (const redis of connections) redis.disconnect();
      await removeKeys(prefix);
    },
  };
};
