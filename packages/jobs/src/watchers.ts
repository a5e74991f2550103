import { type HeartbeatClient, LubdubError } from '@lubdub/core';

interface Told {
  readonly key?: unknown;
  readonly client?: HeartbeatClient | undefined;
}

/** What tells of a runner's workers from outside: one at a time for a key and a client, or each job would be told twice. */
export class Watchers {
  readonly #by: string;
  readonly #told = new WeakMap<object, Set<Told>>();

  /** `by`: the function that the user called. */
  constructor(by: string) {
    this.#by = by;
  }

  /**
   * Notes that something is watched; returns the function that takes that back. A key that is a function may give any key.
   *
   * @throws LubdubError `ERR_LUBDUB_WRAPPED_TWICE`
   */
  claim(target: object, { key, client }: Told, shown: string): () => void {
    const all = this.#told.get(target) ?? new Set();
    this.#told.set(target, all);
    const same = [...all].some((told) => told.key === key && told.client === client);
    if (same && typeof key !== 'function') {
      const by = key === undefined ? 'the default monitor key' : `the monitor key "${String(key)}"`;
      throw new LubdubError(
        'ERR_LUBDUB_WRAPPED_TWICE',
        `${shown} is watched by ${this.#by} with ${by} already; watch it once, or stop() the first.`,
        { option: 'key' },
      );
    }
    const told = { key, client };
    all.add(told);
    return () => void all.delete(told);
  }
}
