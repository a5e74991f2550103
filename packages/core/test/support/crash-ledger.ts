/** What killed processes said of their disk, and what the service got. */
export class CrashLedger {
  readonly #made = new Set<string>();
  readonly #written = new Set<string>();
  /** By text: the processes that said that its end is on the disk. */
  readonly #ended = new Map<string, Set<string>>();
  /** By text: who sent it, in order. */
  readonly #senders = new Map<string, string[]>();
  readonly #ids = new Map<string, Set<string>>();

  /** The whole lines that a process said before it was killed. */
  said(process: string, output: string): void {
    for (const line of output.split('\n').slice(0, -1)) {
      const [sign, ...texts] = line.split(' ');
      for (const text of texts) {
        if (sign === 'made') this.#made.add(text);
        if (sign === 'written') this.#written.add(text);
        if (sign === 'ended') this.#ended.set(text, this.#endersOf(text).add(process));
      }
    }
  }

  /** The service took a ping. */
  received(text: string, id: string, sender: string): void {
    this.#senders.set(text, [...(this.#senders.get(text) ?? []), sender]);
    this.#ids.set(text, (this.#ids.get(text) ?? new Set()).add(id));
  }

  /** What it comes to. */
  get counts(): {
    readonly made: number;
    readonly written: number;
    /** Were on the disk and never came: none may. */
    readonly lost: number;
    /** Died in memory, before their write. */
    readonly lostBeforeWrite: number;
    /** Came twice or more, since their sender was killed before it could write that they had come. */
    readonly repeated: number;
    /** Came again although their end was on the disk, or from one process twice: none may. */
    readonly doubled: number;
    /** Came under several ids: none may. */
    readonly renamed: number;
  } {
    const made = [...this.#made];
    const senders = [...this.#senders];
    return {
      made: made.length,
      written: this.#written.size,
      lost: [...this.#written].filter((text) => !this.#senders.has(text)).length,
      lostBeforeWrite: made.filter((text) => !this.#senders.has(text) && !this.#written.has(text))
        .length,
      repeated: senders.filter(([, all]) => all.length > 1).length,
      doubled: senders.filter(([text, all]) => this.#isDoubled(text, all)).length,
      renamed: [...this.#ids.values()].filter(({ size }) => size > 1).length,
    };
  }

  #endersOf(text: string): Set<string> {
    return this.#ended.get(text) ?? new Set();
  }

  #isDoubled(text: string, senders: readonly string[]): boolean {
    const ended = this.#endersOf(text);
    return (
      new Set(senders).size < senders.length ||
      senders.slice(0, -1).some((sender) => ended.has(sender))
    );
  }
}
