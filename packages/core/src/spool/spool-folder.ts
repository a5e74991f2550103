import { FolderWriter } from './folder-writer.ts';
import type { RecordLine } from './format.ts';
import { Lease } from './lease.ts';
import { SegmentStore } from './segment-store.ts';
import type { SpoolFolderParts, SpoolItem } from './spool-item.ts';

/**
 * What one process keeps on the disk: a folder with a lease and segments. Records are collected and written a moment later,
 * off this thread; what is done by then is never written at all.
 */
export class SpoolFolder {
  readonly id: string;
  readonly path: string;
  readonly store: SegmentStore;
  lost = false;
  /** Records that could not be written, given up. */
  unwritten = 0;
  /** Records that are on the disk and not in memory. */
  stored = 0;
  readonly #parts: SpoolFolderParts;
  readonly #lease: Lease;
  readonly #writer: FolderWriter;
  readonly #held = new Set<number>();
  #soon = false;

  constructor(parts: SpoolFolderParts) {
    const { disk, clock, root, id, segmentBytes, flushMs, room, onError } = parts;
    this.#parts = parts;
    this.id = id;
    this.path = `${root}/o-${id}`;
    this.#lease = new Lease(disk, clock, this.path);
    this.store = new SegmentStore({
      disk,
      segmentBytes,
      path: this.path,
      held: (seq) => this.#held.has(seq),
      onDropped: (line) => {
        this.stored -= 1;
        parts.onDropped(line);
      },
    });
    this.#writer = new FolderWriter({
      ...{ disk, clock, flushMs, room, onError, lease: this.#lease, store: this.store },
      making: `${root}/t-${id}`,
      onReplaced: (older) => this.#retire(older),
      onTrimmed: (seq) => {
        this.unwritten += 1;
        this.#held.delete(seq);
      },
      onGone: () => this.#lose(),
    });
  }

  /** The last write failed. */
  get failing(): boolean {
    return this.#writer.failing;
  }

  /** True when nobody has anything of it in memory. */
  get idle(): boolean {
    return this.#held.size === 0;
  }

  /** True when nothing is in it that anybody needs. */
  get empty(): boolean {
    return this.store.live === 0 && this.#writer.idle;
  }

  /** Takes over what lies at `from`. Throws what the disk throws, also when somebody else was faster. */
  takeOver(from: string): void {
    this.#lease.take(from);
  }

  /** Learns what was taken over. Throws what the disk throws. */
  load(): void {
    this.store.load();
    this.stored = this.store.live;
    this.#writer.buffer.startAt(this.store.firstFree);
  }

  /** Notes a record; it is written within the flush window. */
  append(item: SpoolItem): void {
    item.folder = this;
    item.seq = this.#writer.buffer.push(item);
    this.#held.add(item.seq);
    this.#writer.arm();
  }

  /** Writes a record of this folder once more, since what it says has changed. */
  rewrite(item: SpoolItem): void {
    const { seq } = item;
    // Not written yet: its text is made then.
    if (!this.#writer.buffer.taken(seq) || this.lost) return;
    this.#writer.unwrite(seq);
    item.replaces = seq;
    // The older one stays needed, and held, until this one is written.
    this.append(item);
  }

  /** A record is not needed any more. */
  acknowledge(seq: number): void {
    const ended = this.#finish(seq);
    if (ended.length === 0 || this.lost) return;
    for (const one of ended) {
      this.#retire(one);
      this.#writer.buffer.end(one);
    }
    if (this.#soon) return;
    this.#soon = true;
    // At once and not within the window: what was delivered must not come back.
    this.#parts.clock.defer(() => {
      this.#soon = false;
      this.#writer.flushEnds();
    });
  }

  /** Whoever had it in memory lets go of it; false when it is not safe on the disk. */
  keep(seq: number): boolean {
    if (this.lost || !this.#held.has(seq)) return false;
    if (this.#writer.hasWritten(seq) ? !this.store.has(seq) : !this.#mayWait(seq)) return false;
    this.#held.delete(seq);
    this.stored += 1;
    return true;
  }

  /** The next record that is only on the disk, now held; undefined at the end of a round. */
  takeStored(): RecordLine | undefined {
    if (this.stored <= 0 || this.lost) return undefined;
    const line = this.store.next();
    if (line === undefined) return undefined;
    this.#held.add(line.n);
    this.stored -= 1;
    return line;
  }

  /** Says that the owner lives; finds out when somebody else took the folder. */
  renew(): void {
    if (!this.#lease.present || !this.holds()) return;
    try {
      this.#lease.renew();
    } catch {
      // Renewed the next time.
    }
  }

  /** True while nobody else has taken the folder over. Looks at the disk. */
  holds(): boolean {
    if (!this.lost && !this.#lease.held()) this.#lose();
    return !this.lost;
  }

  /** Writes what waits, off this thread. */
  flush(): void {
    this.#writer.flush();
  }

  /** Writes what waits before it returns; false when that was not possible. */
  flushNow(): boolean {
    return this.#writer.flushNow();
  }

  /** Writes everything and gives the folder up, so that the next owner need not wait; removes it when nothing is in it. */
  release(): void {
    this.flushNow();
    if (this.lost) return;
    this.lost = true;
    const left = this.#writer.close().length;
    this.unwritten += left;
    if (!this.#lease.present) return;
    try {
      // What a failed write has left there is not removed with the rest.
      const clean = this.store.live === 0 && left === 0;
      if (clean) this.store.reap(true);
      this.#lease.remove();
      if (clean) this.#parts.disk.removeFolder(this.path);
    } catch {
      // Left to the next start.
    }
  }

  /** Returns the records whose end has to be written. */
  #finish(seq: number): readonly number[] {
    if (!this.#held.delete(seq)) return [];
    const { buffer } = this.#writer;
    if (!buffer.taken(seq)) return buffer.forget(seq);
    this.#writer.unwrite(seq);
    return this.store.clear(seq) ? [seq] : [];
  }

  /** True when a record that is not written yet will be, or when what it stands for is there. */
  #mayWait(seq: number): boolean {
    if (!this.failing) return true;
    const { buffer } = this.#writer;
    const older = buffer.replacedBy(seq);
    if (older === undefined || !this.store.has(older)) return false;
    buffer.forget(seq);
    this.#held.delete(older);
    return true;
  }

  /** Neither needed on the disk nor held any more. */
  #retire(seq: number): void {
    this.#held.delete(seq);
    this.store.clear(seq);
  }

  #lose(): void {
    this.lost = true;
    this.#parts.onLost(this.#writer.close());
  }
}
