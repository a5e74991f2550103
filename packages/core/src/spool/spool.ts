import type { Clock, TimerHandle } from '../clock.ts';
import type { SpoolDisk } from './disk.ts';
import { SpoolHealth } from './folder-check.ts';
import type { RecordLine } from './format.ts';
import { adoptable, unlessGone } from './orphans.ts';
import { SegmentStore } from './segment-store.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { SpoolItem } from './spool-item.ts';

/** What a spool needs. */
export interface SpoolParts {
  readonly disk: SpoolDisk;
  readonly clock: Clock;
  /** The folder of one provider; other processes may share it. */
  readonly directory: string;
  /** The folder above it, which has to be as private. */
  readonly root: string;
  /** Most bytes that the folder may have, those of other processes counted. */
  readonly maxBytes: number;
  /** Longest that a record waits for its write, milliseconds. */
  readonly flushMs: number;
  readonly newId: () => string;
  readonly warn: (message: string) => void;
}

/** What a record from the disk is given to. */
export interface SpoolReceiver {
  /**
   * Takes the work of a record that is only on the disk: `taken` (it acknowledges or keeps the token later), `later` (no
   * room now), `done` (nothing to do), `unknown` (a key that this process has not heard of, or not yet). `diedMs` is when its
   * process was last heard of, undefined for one of this process.
   */
  receive(
    line: RecordLine,
    folder: SpoolFolder,
    diedMs: number | undefined,
  ): 'taken' | 'later' | 'done' | 'unknown';
  /** A record that was only on the disk was dropped for want of room. */
  dropped(line: RecordLine): void;
}

/** Counters of a spool. */
export interface SpoolStats {
  /** Bytes of this process's folders. */
  readonly bytes: number;
  /** Records that wait on the disk only. */
  readonly stored: number;
  /** Records taken over from processes that are gone. */
  readonly adopted: number;
  /** Damaged lines that were skipped. */
  readonly corrupt: number;
  /** Folders of a format version that this one does not know, left alone. */
  readonly foreign: number;
  /** Records dropped for want of room or because they could not be written. */
  readonly dropped: number;
}

const renewEveryMs = 3_000;
const ticksPerScan = 4;
const smallestSegment = 65_536;
const largestSegment = 1_048_576;

/** Pings on the disk: what this process still owes, and what others have left behind. Never throws. */
export class Spool {
  readonly #parts: SpoolParts;
  readonly #health: SpoolHealth;
  /** Folders whose records all turned out to be somebody else's. */
  readonly #refused = new Set<string>();
  readonly #seen = new Map<string, { readonly modifiedMs: number; readonly sinceMs: number }>();
  #own: SpoolFolder;
  #adopted: { readonly folder: SpoolFolder; readonly diedMs: number | undefined }[] = [];
  #receiver: SpoolReceiver | undefined;
  #othersBytes = 0;
  #adoptedRecords = 0;
  #foreign = 0;
  #dropped = 0;
  #broken = false;
  #anyLost = false;
  #closed = false;
  #feeding = false;
  #ticks = 0;
  #timer: TimerHandle | undefined;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
    this.#health = new SpoolHealth(parts);
    this.#own = this.#folder();
    this.#broken = !this.#health.usable();
  }

  /** False when the folder cannot be used: delivery goes on without it. */
  get usable(): boolean {
    return !this.#broken && !this.#closed;
  }

  /** Takes over what others have left and hands it on; call once, when there is somebody to take it. */
  start(receiver: SpoolReceiver): void {
    this.#receiver = receiver;
    if (!this.usable) return;
    this.#guard(() => this.#scan(true));
    this.feed();
    this.#tick();
  }

  /** Notes a record. */
  append(item: SpoolItem): void {
    this.#own.append(item);
  }

  /** Records that are only on the disk go to the receiver, as far as it takes them. */
  feed(): void {
    const receiver = this.#receiver;
    if (receiver === undefined || !this.usable || this.#feeding) return;
    this.#feeding = true;
    this.#guard(() => {
      this.#feedFrom(this.#own, undefined, receiver);
      for (const { folder, diedMs } of this.#adopted) this.#feedFrom(folder, diedMs, receiver);
    });
    this.#feeding = false;
  }

  /** A key has become known: what was refused for want of it may be ours after all. */
  reconsider(): void {
    this.#refused.clear();
  }

  /** False when another process has taken some of it over since the last question. Looks at the disk. */
  holds(): boolean {
    for (const folder of this.#all()) folder.holds();
    const held = !this.#anyLost;
    this.#anyLost = false;
    return held;
  }

  /** True while records wait on the disk only. */
  get hasStored(): boolean {
    return this.#own.stored > 0 || this.#adopted.some(({ folder }) => folder.stored > 0);
  }

  /** Writes everything that waits before it returns; for the end of the process. False when that was not possible. */
  flushNow(): boolean {
    if (!this.usable) return false;
    return this.#flushAll();
  }

  /** Writes everything and lets go of it for the next process. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    if (this.#broken) return;
    this.#flushAll();
    for (const folder of this.#all()) folder.release();
  }

  stats(): SpoolStats {
    const folders = this.#all();
    const sum = (of: (folder: SpoolFolder) => number): number =>
      folders.reduce((total, folder) => total + of(folder), 0);
    return {
      bytes: sum(({ store }) => store.bytes),
      stored: sum(({ stored }) => stored),
      adopted: this.#adoptedRecords,
      corrupt: sum(({ store }) => store.corrupt),
      foreign: this.#foreign,
      dropped: this.#dropped + sum(({ unwritten }) => unwritten),
    };
  }

  #flushAll(): boolean {
    const flushed = this.#adopted.filter(({ folder }) => folder.flushNow() || folder.lost);
    const all = flushed.length === this.#adopted.length;
    for (let tries = 0; tries < 3; tries += 1) {
      const folder = this.#own;
      if (folder.flushNow()) return all;
      if (!folder.lost) return false;
    }
    return false;
  }

  #all(): SpoolFolder[] {
    return [this.#own, ...this.#adopted.map(({ folder }) => folder)];
  }

  /** A disk that fails is warned of once and tried again: nothing of it reaches the job. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#health.failed(error);
    }
  }

  #folder(id = this.#parts.newId()): SpoolFolder {
    const { disk, clock, directory, flushMs, maxBytes } = this.#parts;
    return new SpoolFolder({
      disk,
      clock,
      root: directory,
      id,
      flushMs,
      segmentBytes: Math.min(Math.max(maxBytes / 16, smallestSegment), largestSegment),
      room: () => this.#roomFor(id),
      onError: (error) => this.#health.failed(error),
      onLost: (items) => this.#lost(items),
      onDropped: (line) => {
        this.#dropped += 1;
        this.#receiver?.dropped(line);
      },
    });
  }

  #roomFor(id: string): number {
    let others = this.#othersBytes;
    for (const folder of this.#all()) if (folder.id !== id) others += folder.store.bytes;
    return Math.max(this.#parts.maxBytes - others, smallestSegment * 2);
  }

  #lost(items: readonly SpoolItem[]): void {
    this.#anyLost = true;
    if (this.#own.lost) this.#own = this.#folder();
    for (const item of items) {
      item.replaces = undefined;
      this.#own.append(item);
    }
    // They have waited once.
    this.#parts.clock.defer(() => this.#own.flush());
  }

  #tick(): void {
    this.#timer = this.#parts.clock.setTimer(() => {
      this.#ticks += 1;
      for (const folder of this.#all()) folder.renew();
      for (const { folder } of this.#adopted) if (folder.empty) folder.release();
      this.#adopted = this.#adopted.filter(({ folder }) => !folder.lost);
      if (this.#ticks % ticksPerScan === 0) {
        this.#guard(() => this.#scan(false));
        if (this.#own.failing) this.#own.flush();
        this.feed();
      }
      if (!this.#closed) this.#tick();
    }, renewEveryMs);
  }

  #scan(first: boolean): void {
    const { disk, directory, clock } = this.#parts;
    if (disk.inspect(directory) === undefined) return;
    const mine = new Set(this.#all().map(({ id }) => id));
    const found = adoptable({
      ...{ disk, directory, mine },
      wallMs: clock.wallMs(),
      nowMs: clock.monotonicMs(),
      seen: this.#seen,
      first,
    });
    this.#othersBytes = found.othersBytes;
    this.#foreign = 0;
    for (const { id, diedMs } of found.orphans) this.#guard(() => this.#adopt(id, diedMs));
  }

  #adopt(id: string, diedMs: number | undefined): void {
    const { disk, directory } = this.#parts;
    if (this.#refused.has(id)) return;
    const from = `${directory}/o-${id}`;
    const folder = this.#folder();
    const taken = unlessGone(disk, from, () => {
      const known = SegmentStore.readable(disk, from);
      if (known) folder.takeOver(from);
      else this.#foreign += 1;
      return known;
    });
    if (taken !== true) return;
    this.#adopted.push({ folder, diedMs });
    folder.load();
    this.#adoptedRecords += folder.stored;
  }

  #feedFrom(folder: SpoolFolder, diedMs: number | undefined, receiver: SpoolReceiver): void {
    const unknown: number[] = [];
    let refused: number | undefined;
    for (let line = folder.takeStored(); line !== undefined; line = folder.takeStored()) {
      const answer = receiver.receive(line, folder, diedMs);
      if (answer === 'done') folder.acknowledge(line.n);
      if (answer === 'unknown') unknown.push(line.n);
      if (answer === 'later') {
        refused = line.n;
        break;
      }
    }
    for (const seq of unknown) folder.keep(seq);
    if (refused !== undefined) {
      if (folder.keep(refused)) folder.store.back(refused);
    } else if (unknown.length > 0 && folder !== this.#own && folder.idle) {
      // Left to a process that knows more.
      folder.release();
      this.#refused.add(folder.id);
    }
  }
}
