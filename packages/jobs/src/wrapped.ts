import type { Callable } from './preset.ts';

const brand: unique symbol = Symbol.for('lubdub.wrapped') as never;

/** What a wrapped function says of itself to those who ask by symbol. */
export interface Wrapped {
  /** The key it was given; undefined when the runner's default or a function decides. */
  readonly key: string | undefined;
  /** The runner's default key decides. */
  readonly byDefault: boolean;
  readonly runner: string;
  readonly inner: Wrapped | undefined;
}

/** What this or another copy of the package wrapped a function with, or undefined. Never throws. */
export const wrappedBy = (value: unknown): Wrapped | undefined => {
  if (typeof value !== 'function') return undefined;
  try {
    return (value as unknown as Record<symbol, Wrapped | undefined>)[brand];
  } catch {
    return undefined;
  }
};

/** The trap that answers {@link wrappedBy} and nobody else. */
export const answerBrand =
  (wrapped: Wrapped) =>
  (target: Callable, name: PropertyKey, receiver: unknown): unknown =>
    name === brand ? wrapped : Reflect.get(target, name, receiver);

/** True when the function is told under this key already; undefined means the runner's default key. */
export const isWrappedWith = (value: unknown, key: string | undefined): boolean => {
  for (let by = wrappedBy(value); by !== undefined; by = by.inner) {
    if (key === undefined ? by.byDefault : by.key === key) return true;
  }
  return false;
};
