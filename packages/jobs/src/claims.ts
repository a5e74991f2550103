import { warnOnce } from './warn.ts';

/** Which monitor keys already tell of a job object. */
export class Claims {
  readonly #keys = new WeakMap<object, Set<string>>();

  /** Notes that a job is told under a key from outside its handler. */
  claim(job: unknown, key: string): void {
    if (typeof job !== 'object' || job === null) return;
    const keys = this.#keys.get(job);
    if (keys === undefined) this.#keys.set(job, new Set([key]));
    else keys.add(key);
  }

  /** True, with one warning, when the job is told under this key already: its handler then runs unmonitored. */
  taken(job: unknown, key: string | undefined, outside: string): boolean {
    if (key === undefined || typeof job !== 'object' || job === null) return false;
    if (this.#keys.get(job)?.has(key) !== true) return false;
    warnOnce(
      'LUBDUB_MONITORED_TWICE',
      `The monitor key "${key}" is told by ${outside} and by withHeartbeat. ${outside} sees more and is used; remove withHeartbeat from the handler, or give it a key of its own.`,
    );
    return true;
  }
}
