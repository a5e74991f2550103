import { isTerminal } from '../ping/ping.ts';
import type { DiskHandle, SpoolDisk } from './disk.ts';
import {
  formatVersion,
  headerLine,
  readSegmentText,
  type RecordLine,
  versionOf,
} from './format.ts';
import { Segment } from './segment.ts';
import { thinned } from './thinning.ts';

/** What a store needs. */
export interface SegmentStoreParts {
  readonly disk: SpoolDisk;
  /** The folder it lies in. */
  readonly path: string;
  /** A new segment is begun when one is larger. */
  readonly segmentBytes: number;
  /** True while the record is also in memory. */
  readonly held: (seq: number) => boolean;
  /** A record that was nowhere else was dropped for want of room. */
  readonly onDropped: (line: RecordLine) => void;
}

interface Cursor {
  readonly segment: Segment;
  readonly lines: readonly RecordLine[];
  at: number;
}

interface Loading {
  /** Ended before they were met. */
  readonly done: Set<number>;
  /** Number -> the one that stands for it. */
  readonly heirs: Map<number, number>;
  /** Run -> the note that it is open. */
  readonly runs: Map<string, number>;
  highest: number;
}

/** Most records that one write can have. */
const mostInOneWrite = 100_000;

const segmentName = /^\d{8}\.seg$/u;

/** The segments of one folder, oldest first: the last is written to, the others shrink and go. */
export class SegmentStore {
  corrupt = 0;
  /** The first number that no owner before has used, nor uses in a write of its that is still on its way; 0 before `load`. */
  firstFree = 0;
  readonly #parts: SegmentStoreParts;
  #segments: Segment[] = [];
  #handle: DiskHandle | undefined;
  #made = 0;
  #cursor: Cursor | undefined;

  constructor(parts: SegmentStoreParts) {
    this.#parts = parts;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { size } of this.#segments) bytes += size;
    return bytes;
  }

  /** Records that are still needed. */
  get live(): number {
    let all = 0;
    for (const { live } of this.#segments) all += live;
    return all;
  }

  /** True when every segment in a folder has the version that we write. Throws when they cannot be read. */
  static readable(disk: SpoolDisk, path: string): boolean {
    return disk
      .list(path)
      .filter((name) => segmentName.test(name))
      .every((name) => {
        const version = versionOf(disk.read(`${path}/${name}`));
        // A damaged first line is one damaged line: the others have their checksums.
        return version === undefined || version === formatVersion;
      });
  }

  /** Learns what a folder holds that somebody else left. Texts are read one at a time and not kept. */
  load(): void {
    const { disk, path } = this.#parts;
    const known: Loading = { done: new Set(), heirs: new Map(), runs: new Map(), highest: -1 };
    // Segments behind the last record: each may be of another owner whose first write is still on its way.
    let silent = 0;
    for (const name of disk.list(path).toSorted()) {
      if (name.endsWith('.tmp')) disk.removeFile(`${path}/${name}`);
      if (!segmentName.test(name)) continue;
      const text = disk.read(`${path}/${name}`);
      const segment = new Segment(name);
      segment.size = Buffer.byteLength(text);
      this.#segments.push(segment);
      this.#made = Math.max(this.#made, Number(name.slice(0, 8)));
      const { lines, corrupt } = readSegmentText(text);
      this.corrupt += corrupt;
      const before = known.highest;
      for (const line of lines) {
        if (line.t === 'a') for (const seq of line.a) this.#end(seq, known);
        else this.#learn(line, segment, known);
      }
      silent = known.highest > before ? 0 : silent + 1;
    }
    this.firstFree = known.highest + 1 + mostInOneWrite * (1 + silent);
  }

  #learn(line: RecordLine, segment: Segment, known: Loading): void {
    // Written a second time, since the first write was cut off or late: ended meanwhile, or the later one counts.
    const again = line.n <= known.highest && this.#segments.some((one) => one.knew(line.n));
    const ended = again && !this.clear(line.n);
    known.highest = Math.max(known.highest, line.n);
    if (!ended && !known.done.has(line.n)) segment.add(line.n);
    if (line.t === 'o') known.runs.set(line.r, line.n);
    if (line.t !== 'r') return;
    if (line.x !== undefined) {
      this.#finish(line.x, known);
      // A late write of the owner before has said the same: this one counts.
      const other = known.heirs.get(line.x);
      if (other !== undefined && other !== line.n) this.#finish(other, known);
      known.heirs.set(line.x, line.n);
    }
    // Cut off behind the end of a run, before the note that it is not open any more.
    const run = isTerminal(line.s) && line.r !== undefined ? known.runs.get(line.r) : undefined;
    if (run !== undefined && run !== line.x) this.#finish(run, known);
  }

  #finish(seq: number, { done }: Loading): void {
    // An end that was written before what it ends: two writes overtook each other at a crash.
    if (!this.clear(seq)) done.add(seq);
  }

  /** Ends what is now called otherwise as well: a late write of the owner before may have come between. */
  #end(seq: number, known: Loading): void {
    this.#finish(seq, known);
    const heir = known.heirs.get(seq);
    if (heir !== undefined) this.#finish(heir, known);
  }

  /** The segment to write to, a new one when the last is full. Throws what the disk throws. */
  ready(): { readonly segment: Segment; readonly handle: DiskHandle } {
    const { disk, path, segmentBytes } = this.#parts;
    const last = this.#segments.at(-1);
    if (this.#handle !== undefined && last !== undefined && last.size < segmentBytes)
      return { segment: last, handle: this.#handle };
    this.rest();
    const segment = new Segment(`${String(this.#made + 1).padStart(8, '0')}.seg`);
    const file = `${path}/${segment.name}`;
    const handle = disk.open(file);
    this.#handle = handle;
    try {
      disk.appendNow(handle, headerLine);
    } catch (error) {
      // Tried again and again while the disk is full: nothing must pile up.
      this.rest();
      disk.removeFile(file);
      throw error;
    }
    this.#made += 1;
    this.#segments.push(segment);
    segment.size = headerLine.length;
    return { segment, handle };
  }

  /** Lets go of the open file; the next write begins a new segment. */
  rest(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    try {
      if (handle !== undefined) this.#parts.disk.close(handle);
    } catch {
      // A file that cannot even be closed is not used again.
    }
  }

  /** Marks a record as done; false when it was not needed. */
  clear(seq: number): boolean {
    for (let index = this.#segments.length - 1; index >= 0; index -= 1)
      if (this.#segments[index]?.clear(seq) === true) return true;
    return false;
  }

  /** True when the record is on the disk and still needed. */
  has(seq: number): boolean {
    return this.#segments.some((segment) => segment.has(seq));
  }

  /** Removes segments in which nothing is needed, from the oldest on, since later ones say what earlier ones need not keep. */
  reap(all: boolean): void {
    const { disk, path } = this.#parts;
    while (this.#segments.length > 0) {
      const [first] = this.#segments as [Segment];
      if (first.live > 0) return;
      if (this.#segments.length === 1) {
        if (!all) return;
        this.rest();
      }
      disk.removeFile(`${path}/${first.name}`);
      this.#segments.shift();
    }
  }

  /** Goes back to a record that was given out, to go on from there. */
  back(seq: number): void {
    const cursor = this.#cursor;
    const at = cursor?.lines.findIndex(({ n }) => n === seq) ?? -1;
    if (cursor !== undefined && at !== -1) cursor.at = at;
    else this.#cursor = undefined;
  }

  /** The next record that is on the disk only, going round once; undefined at the end of the round. */
  next(): RecordLine | undefined {
    for (;;) {
      const cursor = this.#cursor ?? this.#open(undefined);
      if (cursor === undefined) return undefined;
      this.#cursor = cursor;
      while (cursor.at < cursor.lines.length) {
        const line = cursor.lines[cursor.at] as RecordLine;
        cursor.at += 1;
        if (cursor.segment.has(line.n) && !this.#parts.held(line.n)) return line;
      }
      this.#cursor = this.#open(cursor.segment);
      if (this.#cursor === undefined) return undefined;
    }
  }

  #open(after: Segment | undefined): Cursor | undefined {
    const { disk, path } = this.#parts;
    const segment = this.#segments.find(
      ({ name, live }) => live > 0 && (after === undefined || name > after.name),
    );
    if (segment === undefined) return undefined;
    const { lines } = readSegmentText(disk.read(`${path}/${segment.name}`));
    const records = lines.filter((line): line is RecordLine => line.t !== 'a');
    return { segment, lines: records, at: 0 };
  }

  /**
   * Makes the folder smaller than `target` bytes: what is done goes first, then logs, starts, successes; fails of one monitor
   * are merged before any is dropped. From the oldest on. Throws what the disk throws.
   */
  shrink(target: number): void {
    this.rest();
    for (let level = 0; level <= 5; level += 1) {
      for (const segment of [...this.#segments]) {
        if (this.bytes <= target) return;
        this.#rewrite(segment, level);
      }
      this.reap(true);
    }
  }

  #rewrite(segment: Segment, level: number): void {
    const { disk, path, held, onDropped } = this.#parts;
    const file = `${path}/${segment.name}`;
    const { lines } = readSegmentText(disk.read(file));
    const seen = new Set<number>();
    const needed = lines.filter((line): line is RecordLine => {
      // Ends are not needed any more: every earlier segment has been cleaned just before.
      if (line.t === 'a' || seen.has(line.n) || !segment.has(line.n)) return false;
      seen.add(line.n);
      return true;
    });
    const { text, gone } = thinned(needed, level, (line) => held(line.n));
    const whole = headerLine + text;
    const size = Buffer.byteLength(whole);
    if (size < segment.size) {
      const handle = disk.open(`${file}.tmp`);
      try {
        disk.appendNow(handle, whole);
      } finally {
        disk.close(handle);
      }
      disk.rename(`${file}.tmp`, file);
      segment.size = size;
    }
    for (const { line, merged } of gone) {
      segment.clear(line.n);
      if (!merged && !held(line.n)) onDropped(line);
    }
  }
}
