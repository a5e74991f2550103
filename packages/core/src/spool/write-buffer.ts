import { encodeLine } from './format.ts';
import type { SpoolItem } from './spool-item.ts';

/** What goes to the disk in one write. */
export interface Chunk {
  /** Number of the first item. */
  readonly from: number;
  /** Undefined: done before it was written. */
  readonly items: (SpoolItem | undefined)[];
  readonly acks: number[];
  /** New number -> the number that it stands for now. */
  readonly replaced: ReadonlyMap<number, number>;
  readonly text: string;
}

const chunkLength = 262_144;
const mostInWindow = 1_000;

const countOf = (items: readonly (SpoolItem | undefined)[]): number =>
  items.reduce((count, item) => (item === undefined ? count : count + 1), 0);

/** Records that are numbered but not written yet, and ends that are not either. What ends before its write costs nothing. */
export class WriteBuffer {
  #items: (SpoolItem | undefined)[] = [];
  /** How many of the items are not forgotten. */
  #live = 0;
  #from = 0;
  #next = 0;
  #acks: number[] = [];
  /** Below it, a write that failed may have left whole records on the disk. */
  #tried = 0;

  get empty(): boolean {
    return this.#acks.length === 0 && this.#live === 0;
  }

  /** Number of the first record that was not taken out for writing. */
  get from(): number {
    return this.#from;
  }

  /** True when something is left to write, be it of no use any more. */
  get waiting(): boolean {
    return this.#acks.length > 0 || this.#items.length > 0;
  }

  /** True when more waits than one write takes: it should not wait for the window. */
  get full(): boolean {
    return this.#live > mostInWindow;
  }

  /** True when ends wait: they should not wait for the window. */
  get hasEnds(): boolean {
    return this.#acks.length > 0;
  }

  /** Goes on numbering from here. */
  startAt(seq: number): void {
    this.#from = seq;
    this.#next = seq;
  }

  /** Adds a record and returns its number. */
  push(item: SpoolItem): number {
    this.#items.push(item);
    this.#live += 1;
    this.#next += 1;
    return this.#next - 1;
  }

  /** True when the record has been taken out for writing. */
  taken(seq: number): boolean {
    return seq < this.#from;
  }

  /** The record that one which was not taken yet is to replace. */
  replacedBy(seq: number): number | undefined {
    return this.#items[seq - this.#from]?.replaces;
  }

  /** Forgets a record that was not taken yet; returns the records whose end has to be written all the same. */
  forget(seq: number): readonly number[] {
    const item = this.#items[seq - this.#from];
    if (item !== undefined) this.#live -= 1;
    this.#items[seq - this.#from] = undefined;
    const ends = seq < this.#tried ? [seq] : [];
    return item?.replaces === undefined ? ends : [...ends, item.replaces];
  }

  /** Notes the end of a record that was. */
  end(seq: number): void {
    this.#acks.push(seq);
  }

  /** The next write, undefined when nothing is left; `fresh`: on a new line, since the last write may have been cut off. */
  take(fresh: boolean): Chunk | undefined {
    if (this.empty) {
      this.#items = [];
      this.#from = this.#next;
      return undefined;
    }
    let text = fresh ? '\n' : '';
    let count = 0;
    const from = this.#from;
    const replaced = new Map<number, number>();
    for (const item of this.#items) {
      if (text.length > chunkLength) break;
      if (item !== undefined) text += item.text(from + count);
      if (item?.replaces !== undefined) replaced.set(from + count, item.replaces);
      count += 1;
    }
    const whole = count === this.#items.length;
    // Ends go last, with the last of the records: what is done may not be said to be before it is there.
    const acks = whole ? this.#acks : [];
    const items = whole ? this.#items : this.#items.slice(0, count);
    if (whole) this.#acks = [];
    this.#items = whole ? [] : this.#items.slice(count);
    this.#live -= countOf(items);
    this.#from = from + count;
    if (acks.length > 0) text += encodeLine({ t: 'a', a: acks });
    return { from, items, acks, replaced, text };
  }

  /**
   * The ends only. At once as they are, they must not take the records along: those mostly end within the window, and need no
   * write at all then.
   */
  takeEnds(fresh: boolean): Chunk {
    const acks = this.#acks;
    this.#acks = [];
    const text = `${fresh ? '\n' : ''}${encodeLine({ t: 'a', a: acks })}`;
    return { from: this.#from, items: [], acks, replaced: new Map(), text };
  }

  /** Puts back what could not be written. */
  restore({ from, items, acks }: Chunk): void {
    this.#tried = Math.max(this.#tried, from + items.length);
    this.#live += countOf(items);
    this.#items = [...items, ...this.#items];
    this.#from = from;
    this.#acks = [...acks, ...this.#acks];
  }

  /** Forgets the oldest records over `most`; returns the numbers of those that somebody needs. */
  trim(most: number): readonly number[] {
    const gone: number[] = [];
    for (let index = 0; index < this.#items.length - most; index += 1) {
      const seq = this.#from + index;
      if (this.#items[index] !== undefined) gone.push(seq);
      this.#acks.push(...this.forget(seq));
    }
    return gone;
  }

  /** Takes everything out that was not written. */
  drain(): readonly SpoolItem[] {
    const items = this.#items.filter((item): item is SpoolItem => item !== undefined);
    this.#items = [];
    this.#live = 0;
    this.#acks = [];
    this.#from = this.#next;
    return items;
  }
}
