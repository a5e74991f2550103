/** A growing row of bits. */
class Bits {
  #bits = new Uint8Array(64);

  has(index: number): boolean {
    // Beyond the end is undefined, which has no bits.
    return ((this.#bits[index >> 3] as number) & (1 << (index & 7))) !== 0;
  }

  set(index: number): void {
    if (index >> 3 >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(this.#bits.length * 2, (index >> 3) + 1));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[index >> 3] = (this.#bits[index >> 3] as number) | (1 << (index & 7));
  }

  clear(index: number): void {
    this.#bits[index >> 3] = (this.#bits[index >> 3] as number) & ~(1 << (index & 7));
  }
}

/** One file of a folder and which of its records are still needed: two bits each, so that a million cost 250 KB. */
export class Segment {
  readonly name: string;
  /** Bytes. */
  size = 0;
  /** Records that are still needed. */
  live = 0;
  /** Its records are numbered from `from` to `to`, with gaps; empty when `to` is less. */
  from = 0;
  to = -1;
  readonly #needed = new Bits();
  readonly #seen = new Bits();

  constructor(name: string) {
    this.name = name;
  }

  /** Marks a record as needed. */
  add(seq: number): void {
    if (this.to < this.from) this.from = seq;
    if (seq < this.from || this.has(seq)) return;
    if (seq > this.to) this.to = seq;
    this.#needed.set(seq - this.from);
    this.#seen.set(seq - this.from);
    this.live += 1;
  }

  /** Marks a record as done; false when it was not needed here. */
  clear(seq: number): boolean {
    if (!this.has(seq)) return false;
    this.#needed.clear(seq - this.from);
    this.live -= 1;
    return true;
  }

  /** True when the record is in here and still needed. */
  has(seq: number): boolean {
    return seq >= this.from && seq <= this.to && this.#needed.has(seq - this.from);
  }

  /** True when the record was ever in here. */
  knew(seq: number): boolean {
    return seq >= this.from && seq <= this.to && this.#seen.has(seq - this.from);
  }
}
