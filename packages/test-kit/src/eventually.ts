import { vi } from 'vitest';

/** Bound for what never comes, in milliseconds; below the limit of a test, so that the failure says what was waited for. */
const giveUpMs = 90_000;

/**
 * Resolves once the assertion passes, with what it returns; rejects with its last failure after 90 seconds.
 *
 * @param assertion is called again each 10 milliseconds while it throws or rejects
 */
export const eventually = <Result>(assertion: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(assertion, { timeout: giveUpMs, interval: 10 });

/** Resolves when the condition holds; rejects with `what` after 90 seconds. */
export const until = async (condition: () => boolean, what: string): Promise<void> => {
  const endMs = performance.now() + giveUpMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
};
