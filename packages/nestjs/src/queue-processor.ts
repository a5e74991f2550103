import { type ProcessorOptions, withHeartbeat } from '@lubdub/jobs/bullmq';

type Callable = (...args: unknown[]) => unknown;

/** Is this the method that `@nestjs/bullmq` hands to a worker? By what `@Processor` writes on its class. */
export const isQueueProcessor = (self: unknown, method: string | symbol): boolean => {
  const type = (self as object | null | undefined)?.constructor;
  return (
    method === 'process' &&
    typeof type === 'function' &&
    Reflect.hasMetadata('bullmq:processor_metadata', type)
  );
};

/** Each job is a run, over all its attempts: what that means is decided in `@lubdub/jobs`. */
export const wrapProcessor = (key: string, method: Callable, options: ProcessorOptions): Callable =>
  withHeartbeat(key, method, options);
