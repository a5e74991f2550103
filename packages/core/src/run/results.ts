/** Hears how a result ended. Each is called at most once in all, and neither throws. */
export interface ResultWatch {
  succeeded(value: unknown): void;
  failed(error: unknown): void;
  /** Left unfinished by whoever consumed it, before it gave anything. */
  abandoned(): void;
}

/** Waits for something between the end of the job and the end of its promise; undefined: nothing to wait for. */
export type Hold = (() => Promise<void> | undefined) | undefined;

type Callable = (...args: unknown[]) => unknown;

const method = (target: object, name: PropertyKey): Callable | undefined => {
  const found = (target as Record<PropertyKey, unknown>)[name];
  return typeof found === 'function' ? (found as Callable) : undefined;
};

/** Replaces a method on this one object; false when it is frozen. */
const intercept = (target: object, name: PropertyKey, replacement: Callable): boolean =>
  Reflect.defineProperty(target, name, {
    value: replacement,
    configurable: true,
    enumerable: false,
    writable: true,
  });

const derivePromise = (
  promise: Promise<unknown>,
  watch: ResultWatch,
  hold: Hold,
): Promise<unknown> => {
  const derived =
    hold === undefined
      ? promise.then(
          (value) => {
            watch.succeeded(value);
            return value;
          },
          (error: unknown) => {
            watch.failed(error);
            throw error;
          },
        )
      : promise.then(
          async (value) => {
            watch.succeeded(value);
            await hold();
            return value;
          },
          async (error: unknown) => {
            watch.failed(error);
            await hold();
            throw error;
          },
        );
  // A promise that carries more (a `cancel`, a child process) goes on carrying it.
  // One by one: what it cannot be given (a subclass has its own) must not throw into the job.
  for (const name of Reflect.ownKeys(promise)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(promise, name) as PropertyDescriptor;
    Reflect.defineProperty(derived, name, descriptor);
  }
  return derived;
};

const afterHold = (hold: Hold, go: () => unknown): unknown => {
  const held = hold?.();
  return held === undefined ? go() : held.then(go);
};

const watchedThen = (then: Callable, watch: ResultWatch, hold: Hold): Callable =>
  function (this: unknown, onFulfilled: unknown, onRejected: unknown): unknown {
    return Reflect.apply(then, this, [
      (value: unknown): unknown => {
        watch.succeeded(value);
        return afterHold(hold, () =>
          typeof onFulfilled === 'function' ? (onFulfilled as Callable)(value) : value,
        );
      },
      (error: unknown): unknown => {
        watch.failed(error);
        return afterHold(hold, () => {
          if (typeof onRejected === 'function') return (onRejected as Callable)(error);
          throw error;
        });
      },
    ]);
  };

/** A lazy thenable (a query builder) would run twice if we called its `then`: we wait until its owner does. */
const watchThenable = (
  thenable: object,
  then: Callable,
  watch: ResultWatch,
  hold: Hold,
): object => {
  if (intercept(thenable, 'then', watchedThen(then, watch, hold))) return thenable;
  // Frozen: a stand-in whose own target is empty, since a Proxy must not lie about a frozen property.
  const standIn = Object.create(Object.getPrototypeOf(thenable) as object | null) as object;
  return new Proxy(standIn, {
    get(_target, name) {
      if (name === 'then') return watchedThen(then.bind(thenable), watch, hold);
      const value: unknown = Reflect.get(thenable, name, thenable);
      return typeof value === 'function' ? (value as Callable).bind(thenable) : value;
    },
    has: (_target, name) => Reflect.has(thenable, name),
  });
};

interface Step {
  readonly done?: boolean;
  readonly value?: unknown;
}

const watchIterator = (iterator: object, watch: ResultWatch): void => {
  const seen = (step: unknown): unknown => {
    if ((step as Step | null)?.done === true) watch.succeeded((step as Step).value);
    return step;
  };
  for (const name of ['next', 'return', 'throw'] as const) {
    const original = method(iterator, name);
    if (original === undefined) continue;
    intercept(iterator, name, function (this: unknown, ...args: unknown[]): unknown {
      try {
        const step = Reflect.apply(original, this, args);
        if (!(step instanceof Promise)) return seen(step);
        return step.then(seen, (error: unknown) => {
          watch.failed(error);
          throw error;
        });
      } catch (error) {
        watch.failed(error);
        throw error;
      }
    });
  }
};

const watchAsyncIterable = (iterable: object, watch: ResultWatch): void => {
  const original = method(iterable, Symbol.asyncIterator) as Callable;
  intercept(iterable, Symbol.asyncIterator, function (this: unknown): unknown {
    const iterator = Reflect.apply(original, this, []);
    if (typeof iterator === 'object' && iterator !== null) watchIterator(iterator, watch);
    return iterator;
  });
};

interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

interface ObservableLike {
  subscribe(observer: Observer): { unsubscribe(): void };
}

type ObservableConstructor = new (subscribe: (observer: Observer) => () => void) => ObservableLike;

/** An observable of the same class over this one, so that pipes, unhandled errors and unsubscribing work as its library has them. */
const deriveObservable = (source: ObservableLike, watch: ResultWatch): ObservableLike => {
  const Observable = source.constructor as ObservableConstructor;
  return new Observable((observer) => {
    let ended = false;
    let emitted = false;
    const subscription = source.subscribe({
      next(value) {
        emitted = true;
        observer.next(value);
      },
      error(error) {
        ended = true;
        watch.failed(error);
        observer.error(error);
      },
      complete() {
        ended = true;
        watch.succeeded(undefined);
        observer.complete();
      },
    });
    return () => {
      if (!ended) {
        if (emitted) watch.succeeded(undefined);
        else watch.abandoned();
      }
      subscription.unsubscribe();
    };
  });
};

const isPlainPromise = (value: object): value is Promise<unknown> =>
  value instanceof Promise && value.constructor === Promise;

const watchLater = (result: object, watch: ResultWatch, hold: Hold): object | undefined => {
  const then = method(result, 'then');
  if (then !== undefined) return watchThenable(result, then, watch, hold);
  const tag = Object.prototype.toString.call(result);
  if (tag === '[object Generator]' || tag === '[object AsyncGenerator]') {
    watchIterator(result, watch);
    return result;
  }
  if (method(result, 'subscribe') !== undefined && result.constructor?.name === 'Observable') {
    return deriveObservable(result as ObservableLike, watch);
  }
  // Streams are values here: what becomes of them is seen where they are consumed.
  const stream = method(result, 'pipe') ?? method(result, 'getReader');
  if (method(result, Symbol.asyncIterator) !== undefined && stream === undefined) {
    watchAsyncIterable(result, watch);
    return result;
  }
  return undefined;
};

/**
 * Watches what a job returned until it ends and returns what the caller gets: the value itself; for a plain promise one
 * derived from it that ends the same way (so that an unhandled rejection stays one); for a thenable, generator or async
 * iterable the same object, watched; for a plain Observable one of the same class. Never calls a lazy thenable's `then`.
 */
export const watchResult = (result: unknown, watch: ResultWatch, hold?: Hold): unknown => {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    watch.succeeded(result);
    return result;
  }
  let later: object | undefined;
  try {
    later = isPlainPromise(result)
      ? derivePromise(result, watch, hold)
      : watchLater(result, watch, hold);
  } catch {
    // A hostile getter or a revoked proxy; the value is handed on as it is.
  }
  if (later !== undefined) return later;
  watch.succeeded(result);
  return result;
};
