import { MemoryDisk } from './memory-disk.ts';
import { flushMs, SimulatedProcess, type SpoolSurroundings, Work } from './simulated-process.ts';

/** One step of a history; numbers choose among what there is. */
export type Step =
  | { readonly do: 'write'; readonly process: number; readonly count: number }
  | { readonly do: 'send' | 'answer' | 'keep'; readonly process: number; readonly which: number }
  | { readonly do: 'rewrite'; readonly process: number; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number; readonly slow: boolean }
  | { readonly do: 'kill'; readonly process: number; readonly characters: number }
  | { readonly do: 'close' | 'freeze' | 'flush'; readonly process: number }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'fill'; readonly room: number }
  | { readonly do: 'lock' | 'mend' }
  | { readonly do: 'damage'; readonly file: number; readonly at: number };

interface Fate {
  delivered: number;
  /** May never arrive: its process died before it was written, or the disk was damaged. */
  mayBeLost: boolean;
  /** How often it may arrive over the once. */
  mayRepeat: number;
}

/** A disk, the processes that share it and what must become of all that was ever written. */
export class World implements SpoolSurroundings {
  readonly disk: MemoryDisk = new MemoryDisk();
  readonly fates: Map<string, Fate> = new Map();
  nowMs = 1_000;
  wallMs = 1_700_000_000_000;
  #processes: SimulatedProcess[] = [];
  #made = 0;
  #written = 0;
  #anythingMayRepeat = false;

  constructor() {
    this.#begin();
    this.#begin();
  }

  /** What went wrong, by id. */
  get faults(): readonly string[] {
    return [...this.fates].flatMap(([id, { delivered, mayBeLost, mayRepeat }]) => {
      if (delivered === 0 && !mayBeLost) return [`${id} was lost`];
      if (delivered > 1 + mayRepeat && !this.#anythingMayRepeat)
        return [`${id} arrived ${delivered} times, ${1 + mayRepeat} allowed`];
      return [];
    });
  }

  take(step: Step): void {
    switch (step.do) {
      case 'pass':
        this.#pass(step.ms, step.slow);
        return;
      case 'jump':
        this.wallMs += step.ms;
        return;
      case 'fill':
        this.disk.room = step.room;
        return;
      case 'lock':
        this.disk.readOnly = true;
        return;
      case 'mend':
        this.#mend();
        return;
      case 'damage':
        this.#damage(step.file, step.at);
        return;
      default:
        this.#takeIn(this.#processes[step.process % 2] as SimulatedProcess, step);
    }
  }

  /** Everybody leaves, the disk is mended, and a last process delivers what there is. */
  finish(): void {
    this.#mend();
    for (const process of this.#processes) process.frozen = false;
    this.#pass(30_000);
    this.#processes.forEach((process) => {
      for (const work of process.work) this.#answer(work);
      process.spool.flushNow();
      this.#noteLosses(process);
      for (const work of process.work) {
        if (work.state === 'waiting' && !work.folder.keep(work.seq) && !work.folder.lost)
          this.#fate(work).mayBeLost = true;
      }
      process.work = [];
      process.spool.close();
      process.run(this.nowMs);
      this.#noteLosses(process);
    });
    this.#processes = [];
    this.#pass(60_000);
    const last = this.#begin();
    for (
      let rounds = 0;
      rounds < 2_000 && (last.work.length > 0 || last.spool.hasStored);
      rounds += 1
    ) {
      for (const work of last.work.splice(0)) {
        this.#fate(work).delivered += 1;
        work.folder.acknowledge(work.seq);
      }
      last.run(this.nowMs);
      last.spool.feed();
    }
  }

  #begin(): SimulatedProcess {
    this.#made += 1;
    const process = new SimulatedProcess(this, this.#made.toString(16));
    this.#processes.push(process);
    return process;
  }

  #fate({ id }: Work): Fate {
    const fate = this.fates.get(id) ?? { delivered: 0, mayBeLost: false, mayRepeat: 0 };
    this.fates.set(id, fate);
    return fate;
  }

  #takeIn(process: SimulatedProcess, step: Step): void {
    if (process.frozen && step.do !== 'freeze' && step.do !== 'kill') return;
    const { work } = process;
    this.#noteLosses(process);
    const chosen = 'which' in step && work.length > 0 ? work[step.which % work.length] : undefined;
    if (step.do === 'write') {
      for (let index = 0; index < step.count; index += 1) {
        const made = new Work(`ping-${(this.#written += 1)}`);
        this.#fate(made);
        work.push(made);
        process.spool.append(made);
        made.home = made.folder;
      }
    } else if (step.do === 'kill') this.#kill(process, step.characters);
    else if (step.do === 'close') this.#close(process);
    else if (step.do === 'freeze') process.frozen = !process.frozen;
    else if (step.do === 'flush') {
      process.spool.flushNow();
      this.#noteLosses(process);
    } else if (chosen === undefined) return;
    else if (step.do === 'send') this.#send(process, chosen);
    else if (step.do === 'answer') this.#answer(chosen);
    else if (step.do === 'keep' && chosen.state === 'waiting' && chosen.folder.keep(chosen.seq)) {
      process.work = work.filter((one) => one !== chosen);
      process.kept.add(chosen);
    } else if (step.do === 'rewrite' && chosen.state === 'waiting' && !chosen.folder.lost)
      chosen.folder.rewrite(chosen);
  }

  #send(process: SimulatedProcess, chosen: Work): void {
    // As a lane does before each request.
    const ours = process.spool.holds();
    this.#noteLosses(process);
    if (!ours) process.work = process.work.filter(({ folder }) => !folder.lost);
    if (!process.work.includes(chosen) || chosen.state !== 'waiting') return;
    chosen.state = 'flying';
    this.#fate(chosen).delivered += 1;
  }

  #noteLosses(process: SimulatedProcess): void {
    for (const work of [...process.work, ...process.kept]) this.#noteLoss(work);
  }

  /** Another process has it while it is on the wire here: both may deliver it. */
  #noteLoss(work: Work): void {
    // Written, but not seen to be there before it was taken over.
    if (work.home !== undefined && work.home !== work.folder) this.#fate(work).mayRepeat += 1;
    work.home = work.folder;
    if (!work.folder.lost || work.lossNoted) return;
    work.lossNoted = true;
    if (work.state !== 'waiting') this.#fate(work).mayRepeat += 1;
  }

  #answer(work: Work): void {
    if (work.state !== 'flying') return;
    work.state = 'answered';
    this.#noteLoss(work);
    work.folder.acknowledge(work.seq);
  }

  #kill(process: SimulatedProcess, characters: number): void {
    for (const work of process.work) {
      if (work.state !== 'waiting') this.#fate(work).mayRepeat += 1;
      if (!work.durable) this.#fate(work).mayBeLost = true;
    }
    for (const work of process.kept) {
      if (!work.durable) this.#fate(work).mayBeLost = true;
    }
    process.disk.kill(characters);
    this.#replace(process);
  }

  #close(process: SimulatedProcess): void {
    const flushed = process.spool.flushNow();
    this.#noteLosses(process);
    if (!flushed)
      for (const work of process.kept) if (!work.durable) this.#fate(work).mayBeLost = true;
    for (const work of process.work) {
      if (work.state === 'flying') this.#fate(work).mayRepeat += 1;
      if (work.state === 'answered' && !flushed) this.#fate(work).mayRepeat += 1;
      if (!work.folder.keep(work.seq) && work.state === 'waiting' && !work.folder.lost)
        this.#fate(work).mayBeLost = true;
    }
    process.spool.close();
    process.run(this.nowMs);
    this.#replace(process);
  }

  #replace(process: SimulatedProcess): void {
    const at = this.#processes.indexOf(process);
    const begun = this.#begin();
    this.#processes.pop();
    this.#processes[at] = begun;
  }

  /** Time goes by; on a slow disk nothing that was begun arrives. */
  #pass(ms: number, slow = false): void {
    for (let left = ms; left > 0; left -= 500) {
      const byMs = Math.min(left, 500);
      this.nowMs += byMs;
      this.wallMs += byMs;
      for (const process of this.#processes) {
        process.run(this.nowMs, slow);
        this.#noteLosses(process);
      }
    }
    if (slow || ms < flushMs * 2 || this.disk.readOnly || Number.isFinite(this.disk.room)) return;
    for (const process of this.#processes) {
      if (process.frozen) continue;
      for (const work of [...process.work, ...process.kept])
        if (!work.folder.failing) work.durable = true;
      this.#noteLosses(process);
      // What could not be written is tried again later: until then its end is not there.
      process.work = process.work.filter(
        ({ state, folder }) => state !== 'answered' || folder.failing,
      );
    }
  }

  #mend(): void {
    this.disk.room = Number.POSITIVE_INFINITY;
    this.disk.readOnly = false;
  }

  #damage(which: number, at: number): void {
    const segments = this.disk.files().filter(([path]) => path.endsWith('.seg'));
    const [, file] = segments[which % Math.max(1, segments.length)] ?? [];
    if (file === undefined || file.text.length < 2) return;
    // Not the last one: what is written next would join the line.
    const index = at % (file.text.length - 1);
    const start = file.text.lastIndexOf('\n', index - 1) + 1;
    const next = file.text.indexOf('\n', index);
    const end = file.text.indexOf('\n', next + 1);
    const hit = file.text.slice(start, end === -1 ? undefined : end);
    for (const [id, fate] of this.fates) if (hit.includes(`"${id}"`)) fate.mayBeLost = true;
    if (hit.includes('"t":"a"') || hit.includes('"x":')) this.#anythingMayRepeat = true;
    file.text = `${file.text.slice(0, index)}#${file.text.slice(index + 1)}`;
  }
}
