import type { Clock, TimerHandle } from '../../src/clock.ts';
import { encodeLine, type RecordLine } from '../../src/spool/format.ts';
import type { SpoolFolder } from '../../src/spool/spool-folder.ts';
import type { SpoolItem } from '../../src/spool/spool-item.ts';
import { Spool } from '../../src/spool/spool.ts';
import { type MemoryDisk, ProcessDisk } from './memory-disk.ts';

/** What a process has around it. */
export interface SpoolSurroundings {
  readonly disk: MemoryDisk;
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A record and where it stands. */
export class Work implements SpoolItem {
  declare folder: SpoolFolder;
  declare seq: number;
  replaces: number | undefined;
  readonly id: string;
  state: 'waiting' | 'flying' | 'answered' = 'waiting';
  /** Written and seen to be there. */
  durable = false;
  lossNoted = false;
  home: SpoolFolder | undefined;

  constructor(id: string) {
    this.id = id;
  }

  text(seq: number): string {
    const x = this.replaces;
    return encodeLine({ t: 'r', n: seq, i: this.id, k: 'key', s: 'fail', w: 0, x });
  }
}

/** Longest that a record waits for its write, milliseconds. */
export const flushMs = 100;

/** A process with a spool and nothing else. */
export class SimulatedProcess {
  readonly disk: ProcessDisk;
  readonly spool: Spool;
  work: Work[] = [];
  /** What it left to the disk, perhaps before it was seen to be there. */
  readonly kept: Set<Work> = new Set();
  frozen = false;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();
  #deferred: (() => void)[] = [];

  constructor(world: SpoolSurroundings, id: string) {
    this.disk = new ProcessDisk(world.disk, () => world.wallMs);
    const timers = this.#timers;
    const clock: Clock = {
      wallMs: () => world.wallMs,
      monotonicMs: () => world.nowMs,
      setTimer(callback, delayMs) {
        const timer = { atMs: world.nowMs + delayMs, callback };
        timers.add(timer);
        return timer;
      },
      clearTimer: (handle: TimerHandle) => void timers.delete(handle as never),
      defer: (callback) => void this.#deferred.push(callback),
    };
    let made = 0;
    this.spool = new Spool({
      disk: this.disk,
      clock,
      root: '/spool',
      directory: '/spool/provider',
      maxBytes: 1_000_000_000,
      flushMs,
      newId: () => `${id}${String((made += 1)).padStart(4, '0')}`.padStart(32, '0'),
      warn: () => undefined,
    });
    this.spool.start({
      receive: (line, folder) => this.#receive(line, folder),
      dropped: () => undefined,
    });
  }

  #receive(line: RecordLine, folder: SpoolFolder): 'taken' | 'later' {
    if (this.work.length >= 20 || line.t !== 'r') return 'later';
    const work = new Work(line.i);
    work.folder = folder;
    work.seq = line.n;
    work.durable = true;
    this.work.push(work);
    return 'taken';
  }

  /** Runs what is due and lets writes arrive. */
  run(nowMs: number, slow = false): void {
    if (this.frozen) return;
    for (let busy = true; busy;) {
      busy = !slow && this.disk.arrive();
      for (const callback of this.#deferred.splice(0)) {
        callback();
        busy = true;
      }
      for (const timer of [...this.#timers]) {
        if (timer.atMs > nowMs || !this.#timers.delete(timer)) continue;
        timer.callback();
        busy = true;
      }
    }
  }
}
