import type { Clock } from '../clock.ts';
import { Alarm } from '../delivery/alarm.ts';
import type { DiskHandle, SpoolDisk } from './disk.ts';
import type { Lease } from './lease.ts';
import type { Segment } from './segment.ts';
import type { SegmentStore } from './segment-store.ts';
import type { SpoolItem } from './spool-item.ts';
import { type Chunk, WriteBuffer } from './write-buffer.ts';

/** What a writer needs. */
export interface FolderWriterParts {
  readonly disk: SpoolDisk;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly store: SegmentStore;
  /** Where the folder is made, to be renamed when it is whole. */
  readonly making: string;
  readonly flushMs: number;
  readonly room: () => number;
  /** What these numbers stood for is written: they are not needed any more. */
  readonly onReplaced: (older: number) => void;
  /** Given up without having been written. */
  readonly onTrimmed: (seq: number) => void;
  /** The folder is somebody else's now. */
  readonly onGone: () => void;
  readonly onError: (error: unknown) => void;
}

interface Write extends Chunk {
  readonly segment: Segment;
  readonly handle: DiskHandle;
  overtaken: boolean;
}

const retryMs = 10_000;
const mostUnwritten = 20_000;
const tidyBytes = 65_536;

/** Writes what one process notes: collected for the flush window, then appended off this thread, one write at a time. */
export class FolderWriter {
  readonly buffer: WriteBuffer = new WriteBuffer();
  /** The last write failed. */
  failing = false;
  readonly #parts: FolderWriterParts;
  readonly #alarm: Alarm;
  #writing: Write | undefined;
  /** The window was over while a write was on its way. */
  #late = false;
  #torn = false;
  #overtaken = 0;
  #closed = false;

  constructor(parts: FolderWriterParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, () => this.flush());
  }

  /** True when nothing waits and nothing is on its way. */
  get idle(): boolean {
    return this.#writing === undefined && this.buffer.empty;
  }

  /** True when the record has been handed to the disk, and the disk has taken it. */
  hasWritten(seq: number): boolean {
    return this.buffer.taken(seq) && seq < (this.#writing?.from ?? seq + 1);
  }

  /** Something waits: it is written within the window. */
  arm(): void {
    const { clock, flushMs } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#alarm.by(nowMs + (this.failing ? retryMs : flushMs), nowMs);
  }

  /** A record that is on its way is not to be written again, should that fail. */
  unwrite(seq: number): void {
    const writing = this.#writing;
    if (writing !== undefined && seq >= writing.from) writing.items[seq - writing.from] = undefined;
  }

  /** Writes what waits, off this thread. */
  flush(): void {
    if (this.#closed) return;
    this.#late = this.#writing !== undefined;
    if (this.#late) return;
    this.#alarm.stop();
    this.#begin(false);
  }

  /** Writes the ends that wait, off this thread; the records go on waiting for their window. */
  flushEnds(): void {
    // Behind a write that is on its way they come next.
    if (!this.#closed && this.#writing === undefined && this.buffer.hasEnds) this.#begin(true);
  }

  #begin(endsOnly: boolean): void {
    try {
      const write = this.#take(endsOnly);
      if (write === undefined) return;
      this.#writing = write;
      this.#parts.disk.append(write.handle, write.text, (error) => this.#landed(write, error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Writes what waits before it returns; false when that was not possible. */
  flushNow(): boolean {
    if (this.#closed) return false;
    this.#alarm.stop();
    if (this.#writing !== undefined) {
      // What is on its way may not arrive before the process is gone: written again, which is read as once.
      this.#writing.overtaken = true;
      this.#overtaken += 1;
      this.#restore(this.#writing);
    }
    try {
      for (let write = this.#take(); write !== undefined; write = this.#take()) {
        this.#writing = write;
        this.#parts.disk.appendNow(write.handle, write.text);
        if (!this.#isOurs()) return false;
        this.#written(write);
      }
      this.failing = false;
      return !this.#closed;
    } catch (error) {
      if (this.#writing !== undefined) this.#restore(this.#writing);
      this.#failed(error);
      return false;
    }
  }

  /** Nothing more is written here; returns what nobody can have seen there. */
  close(): readonly SpoolItem[] {
    this.#closed = true;
    this.#alarm.stop();
    this.#parts.store.rest();
    const from = this.#writing?.from ?? this.buffer.from;
    const items = [...(this.#writing?.items ?? []), ...this.buffer.drain()];
    this.#writing = undefined;
    // What stands for a record that was written has been seen as that.
    const isUnseen = (item: SpoolItem | undefined): item is SpoolItem =>
      item !== undefined && (item.replaces === undefined || item.replaces >= from);
    return items.filter((item) => isUnseen(item));
  }

  /** The next write, or undefined when there is nothing. Throws when the disk cannot take it. */
  #take(endsOnly = false): Write | undefined {
    const { buffer } = this;
    if (buffer.empty) return buffer.take(false) as undefined;
    const { lease, store, room, making } = this.#parts;
    lease.ensure(making);
    if (!this.#isOurs()) return undefined;
    const most = room();
    if (store.bytes > most) store.shrink(most * 0.8);
    const { segment, handle } = store.ready();
    const fresh = this.#torn || this.#overtaken > 0;
    const chunk = endsOnly ? buffer.takeEnds(fresh) : (buffer.take(fresh) as Chunk);
    this.#torn = false;
    chunk.items.forEach((item, index) => {
      if (item !== undefined) segment.add(chunk.from + index);
    });
    segment.size += chunk.text.length;
    return { ...chunk, segment, handle, overtaken: false };
  }

  #restore(write: Write): void {
    write.items.forEach((_, index) => write.segment.clear(write.from + index));
    this.buffer.restore(write);
    for (const [seq, older] of write.replaced) {
      if (write.items[seq - write.from] !== undefined) continue;
      // Nothing says any more that it has been replaced.
      this.#parts.onReplaced(older);
      this.buffer.end(older);
    }
    this.#writing = undefined;
    this.#torn = true;
  }

  #landed(write: Write, error: unknown): void {
    if (this.#closed) return;
    if (write.overtaken) {
      this.#overtaken -= 1;
      // Perhaps cut off, behind what was written meanwhile.
      this.#torn = true;
      return;
    }
    if (error !== undefined && error !== null) {
      this.#restore(write);
      this.#failed(error);
      return;
    }
    if (!this.#isOurs()) return;
    this.#written(write);
    // The disk takes what it refused: what waits has waited for longer than its window.
    const isLate = this.#late || this.failing;
    this.failing = false;
    const { store } = this.#parts;
    try {
      store.reap(this.idle && store.live === 0 && store.bytes > tidyBytes);
    } catch {
      // Tried again after the next write.
    }
    if (this.buffer.full || isLate) this.flush();
    else if (this.buffer.hasEnds) this.flushEnds();
    else if (this.buffer.waiting) this.arm();
  }

  #written({ replaced }: Write): void {
    this.#writing = undefined;
    for (const older of replaced.values()) this.#parts.onReplaced(older);
  }

  /** Asked before a write, and after it, before it counts: whoever takes the folder over from then on reads it. */
  #isOurs(): boolean {
    const ours = this.#parts.lease.held();
    if (!ours) this.#parts.onGone();
    return ours;
  }

  #failed(error: unknown): void {
    if (!this.#isOurs()) return;
    this.failing = true;
    for (const seq of this.buffer.trim(mostUnwritten)) this.#parts.onTrimmed(seq);
    this.#parts.store.rest();
    this.#parts.onError(error);
    this.arm();
  }
}
