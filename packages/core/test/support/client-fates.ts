import type { SpoolLine } from '../../src/spool/format.ts';

/** What a request says. */
export interface Told {
  readonly id: string;
  readonly state: 'start' | 'success' | 'fail' | 'log';
  readonly runId: string;
  readonly reason?: string;
  readonly timestampMs: number;
  readonly message?: string;
}

/** What a ping is about. */
export type Word = 'start' | 'success' | 'fail' | 'process-lost';

/** What became of one ping. */
export interface Fate<Owner> {
  readonly run: string;
  readonly word: Word;
  readonly maker: Owner;
  readonly madeMs: number;
  /** How often the wall clock had been set back by then. */
  readonly setBack: number;
  sender: Owner | undefined;
  id: string | undefined;
  received: number;
  answered: boolean;
  /** Answered, and the end of its record is surely on the disk: may not come again. */
  sealed: boolean;
  /** Surely on the disk: may not be lost. */
  durable: boolean;
  /** It has to arrive, if anything of it was kept. */
  due: boolean;
  mayBeLost: boolean;
  mayRepeat: boolean;
  quietMs: number;
}

/** Every ping that was ever to be told, and what is wrong about it. */
export class Fates<Owner> {
  readonly faults: string[] = [];
  takeovers = 0;
  stale = 0;
  repeated = 0;
  delivered = 0;
  readonly #all = new Map<string, Fate<Owner>>();

  /** A ping that is made now. */
  note(
    run: string,
    word: Word,
    maker: Owner,
    { nowMs, setBack }: { readonly nowMs: number; readonly setBack: number },
  ): Fate<Owner> {
    const name = `${word} ${run}`;
    const known = this.#all.get(name);
    if (known !== undefined) return known;
    const fate: Fate<Owner> = {
      ...{ run, word, maker, setBack, madeMs: nowMs, quietMs: 0, received: 0 },
      ...{ sender: undefined, id: undefined, answered: false, sealed: false, durable: false },
      ...{ due: word !== 'start', mayBeLost: false, mayRepeat: false },
    };
    this.#all.set(name, fate);
    return fate;
  }

  /** The service got a ping. */
  receive(told: Told, sender: Owner): Fate<Owner> {
    const word = told.reason === 'process-lost' ? 'process-lost' : told.state;
    const fate = this.#all.get(`${word} ${told.runId}`);
    if (fate === undefined) throw new Error(`nobody made ${word} of ${told.runId}`);
    const name = `${word} of ${told.runId}`;
    if (fate.id !== undefined && fate.id !== told.id) this.faults.push(`${name} has two ids`);
    if (fate.sealed && !fate.mayRepeat) this.faults.push(`${name} came back`);
    if (word === 'process-lost' && !fate.due && !fate.mayBeLost)
      this.faults.push(`${name}, which is alive or had ended`);
    if (fate.received > 0) this.repeated += 1;
    fate.id = told.id;
    fate.received += 1;
    fate.sender = sender;
    return fate;
  }

  /** Time went by for a process; `ms` is undefined when its disk was in trouble. */
  passed(process: Owner, ms: number | undefined, enoughMs: number): void {
    for (const fate of this.#all.values()) {
      if (fate.maker !== process && fate.sender !== process) continue;
      fate.quietMs = ms === undefined ? 0 : fate.quietMs + ms;
      if (fate.quietMs < enoughMs) continue;
      fate.durable ||= fate.maker === process;
      // What was answered since is counted from the next time on.
      fate.sealed ||= fate.answered && fate.sender === process;
    }
  }

  /** A process is killed, with these runs open. */
  killed(process: Owner, open: ReadonlySet<string>): void {
    for (const fate of this.#all.values()) {
      if (fate.sender === process) fate.answered = fate.sealed;
      if (fate.maker !== process) continue;
      if (!fate.durable) fate.mayBeLost = true;
      if (fate.word !== 'process-lost') continue;
      fate.due = open.has(fate.run);
      fate.mayBeLost ||= !fate.due && !this.#hasEnded(fate);
    }
  }

  /** A process left by itself; `safe`: its disk took everything. */
  left(process: Owner, safe: boolean): void {
    for (const fate of this.#all.values()) {
      if (fate.sender === process && safe) fate.sealed ||= fate.answered;
      // The end of the record is not on the disk: whoever finds it tells it again, and waits for an answer of its own.
      else if (fate.sender === process) fate.answered = fate.sealed;
      if (fate.maker !== process) continue;
      if (safe) fate.durable = true;
      else if (!fate.durable) fate.mayBeLost = true;
    }
    for (const fate of this.#all.values())
      if (fate.maker === process && fate.word === 'process-lost')
        fate.mayBeLost ||= !this.#hasEnded(fate);
  }

  /** Another process took a living one's folder over. */
  excuse(process: Owner): void {
    for (const fate of this.#all.values()) {
      if (fate.maker !== process && fate.sender !== process) continue;
      fate.mayRepeat ||= !fate.sealed;
      // To the other one its owner looks dead.
      if (fate.word === 'process-lost') fate.mayBeLost ||= !this.#hasEnded(fate);
    }
  }

  /** These lines are damaged; `all`: the lines of their folder. */
  damaged(hit: readonly (SpoolLine | undefined)[], all: readonly (SpoolLine | undefined)[]): void {
    const runs = new Set<string>();
    for (const line of hit) {
      if (line === undefined) continue;
      const ended = new Set(line.t === 'a' ? line.a : line.t === 'e' ? [] : [line.n]);
      for (const other of all)
        if (other !== undefined && (other.t === 'r' || other.t === 'o') && ended.has(other.n))
          runs.add(other.r ?? '');
    }
    for (const fate of this.#all.values()) {
      if (!runs.has(fate.run)) continue;
      fate.mayBeLost = true;
      fate.mayRepeat = true;
    }
  }

  /** The end of a run has surely reached the disk. */
  #hasEnded({ run }: Fate<Owner>): boolean {
    const end = this.#all.get(`success ${run}`) ?? this.#all.get(`fail ${run}`);
    return end?.durable === true;
  }

  /** Nothing comes any more. */
  close(): void {
    for (const fate of this.#all.values()) {
      if (fate.received > 0) this.delivered += 1;
      if (fate.received > 0 || !fate.due || fate.mayBeLost) continue;
      if (fate.word === 'success') this.stale += 1;
      else this.faults.push(`${fate.word} of ${fate.run} was lost`);
    }
  }
}
