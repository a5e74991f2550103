import type { Chain } from './entry.ts';
import { Fifo } from './fifo.ts';

/** Chains that stand in line to be sent from: those with a fail in a line of their own, which goes first. */
export class Lines {
  readonly #urgent = new Fifo<Chain>();
  readonly #ready = new Fifo<Chain>();
  readonly #tidy: (chain: Chain) => boolean;

  /** `tidy` lets go of a chain's settled entries and says whether any are left. */
  constructor(tidy: (chain: Chain) => boolean) {
    this.#tidy = tidy;
  }

  get size(): number {
    return this.#urgent.size + this.#ready.size;
  }

  /** Puts a chain in its line; `first`: before the others there. */
  add(chain: Chain, first: boolean): void {
    const line = chain.urgent ? this.#urgent : this.#ready;
    if (first) line.unshift(chain);
    else line.push(chain);
  }

  /** The next chain, those with a fail first. */
  next(): Chain | undefined {
    return this.#nextOf(this.#urgent) ?? this.#nextOf(this.#ready);
  }

  #nextOf(line: Fifo<Chain>): Chain | undefined {
    for (let chain = line.shift(); chain !== undefined; chain = line.shift()) {
      // A chain may stand in a line it has left since: moved to the urgent one, sent, or emptied.
      if (chain.state === 'ready' && chain.urgent === (line === this.#urgent) && this.#tidy(chain))
        return chain;
    }
    return undefined;
  }

  /** Chains that were merged away still stand in line; an outage must not pile those up. */
  shorten(most: number): void {
    if (this.size <= most) return;
    for (const line of [this.#urgent, this.#ready])
      line.keep(({ state, entries }) => state === 'ready' && entries.length > 0);
  }
}
