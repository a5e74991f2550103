/** Counts what is open, and tells when nothing is. */
export class InFlight {
  #open = 0;
  readonly #waiting = new Set<() => void>();

  get open(): number {
    return this.#open;
  }

  enter(): void {
    this.#open += 1;
  }

  leave(): void {
    this.#open -= 1;
    if (this.#open > 0 || this.#waiting.size === 0) return;
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }

  /** Resolves with what is still open, when nothing is or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<number> {
    if (this.#open === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve(this.#open);
      };
      const timer = setTimeout(end, timeoutMs);
      this.#waiting.add(end);
    });
  }
}
