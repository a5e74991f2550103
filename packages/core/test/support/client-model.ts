import { lateAfterMs } from '../../src/ping/fit.ts';
import { decodeLine } from '../../src/spool/format.ts';
import { type Fate, Fates, type Told } from './client-fates.ts';
import { MemoryDisk } from './memory-disk.ts';
import { flushMs, ModelProcess, type ModelSurroundings, successTtlMs } from './model-process.ts';

/** One step of a history; numbers choose among what there is. */
export type ClientStep =
  | { readonly do: 'begin'; readonly process: number; readonly count: number }
  | { readonly do: 'end'; readonly process: number; readonly which: number; readonly well: boolean }
  | { readonly do: 'pass'; readonly ms: number; readonly slow: boolean }
  | { readonly do: 'service'; readonly mood: 'up' | 'down' | 'silent' }
  | { readonly do: 'kill'; readonly process: number; readonly characters: number }
  | { readonly do: 'exit' | 'freeze'; readonly process: number }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'fill'; readonly room: number }
  | { readonly do: 'lock' | 'mend' }
  | { readonly do: 'damage'; readonly file: number; readonly at: number };

const longMs = 25_000;

/** Clients that come and go on one disk, and the service that they tell. */
export class ClientWorld implements ModelSurroundings {
  readonly disk: MemoryDisk = new MemoryDisk();
  readonly owners: Map<string, ModelProcess> = new Map();
  readonly fates: Fates<ModelProcess> = new Fates();
  readonly takesTime: boolean;
  nowMs = 1_000;
  wallMs = 1_700_000_000_000;
  mood: 'up' | 'down' | 'silent' = 'up';
  #setBack = 0;
  #troubled = false;
  #made = 0;
  #processes: ModelProcess[] = [];

  /** `takesTime`: the service takes the client's time. */
  constructor(takesTime: boolean) {
    this.takesTime = takesTime;
    this.#processes = [this.#begin(), this.#begin()];
  }

  take(step: ClientStep): void {
    switch (step.do) {
      case 'pass':
        this.#pass(step.ms, step.slow);
        return;
      case 'service':
        this.mood = step.mood;
        return;
      case 'jump':
        this.wallMs += step.ms;
        if (step.ms < 0) this.#setBack += 1;
        return;
      case 'fill':
        this.disk.room = step.room;
        this.#troubled = true;
        return;
      case 'lock':
        this.disk.readOnly = true;
        this.#troubled = true;
        return;
      case 'mend':
        this.#mend();
        return;
      case 'damage':
        this.#damage(step.file, step.at);
        return;
      default:
        this.#takeIn(step);
    }
  }

  /** The disk is mended, the service is up, everybody leaves, and a last process tells what there is. */
  finish(): void {
    this.#mend();
    this.mood = 'up';
    for (const process of this.#processes) process.frozen = false;
    this.#pass(longMs * 2);
    for (const process of this.#processes) this.#exit(process);
    this.#pass(60_000);
    const last = this.#begin();
    this.#processes = [last];
    const left = (): number => {
      const { pending, providers } = last.client.stats();
      return pending + (providers[0]?.spool?.stored ?? 0);
    };
    for (let rounds = 0; rounds < 200 && left() > 0; rounds += 1) this.#pass(5_000);
    if (left() > 0) this.fates.faults.push(`${left()} never left`);
    this.fates.close();
  }

  /** A request arrives at the service. */
  receive(told: Told, sender: ModelProcess): Fate<ModelProcess> {
    const fate = this.fates.receive(told, sender);
    const name = `${told.state} of ${told.runId}`;
    const wallAgeMs = this.wallMs - told.timestampMs;
    const { faults } = this.fates;
    if (told.state === 'fail') {
      const isLate = wallAgeMs > lateAfterMs && !this.takesTime;
      if (isLate !== (told.message ?? '').includes('happened'))
        faults.push(`${name} did not say whether it was late`);
    } else if (!this.takesTime) {
      const ageMs = this.nowMs - fate.madeMs;
      // A clock that was set back meanwhile hides an age from everybody but the process that made the ping.
      const hidden = fate.setBack !== this.#setBack && (fate.maker !== sender || fate.mayRepeat);
      if (wallAgeMs > successTtlMs || (ageMs > successTtlMs && !hidden))
        faults.push(`${name} was sent as fresh after ${ageMs} ms`);
    }
    return fate;
  }

  /** A folder got another owner: if the one before is alive, both may tell what is in it. */
  noteTakeover(from: string, by: ModelProcess): void {
    const owner = this.owners.get(from.slice(from.lastIndexOf('/') + 3));
    if (owner === undefined || owner === by || owner.gone || from.includes('/t-')) return;
    this.fates.takeovers += 1;
    this.fates.excuse(owner);
  }

  #begin(): ModelProcess {
    this.#made += 1;
    return new ModelProcess(this, this.#made.toString(16));
  }

  get setBack(): number {
    return this.#setBack;
  }

  #takeIn(step: Extract<ClientStep, { process: number }>): void {
    const process = this.#processes[step.process % 2] as ModelProcess;
    if (step.do === 'kill') this.#kill(process, step.characters);
    else if (step.do === 'freeze') process.frozen = !process.frozen;
    else if (process.frozen) return;
    else if (step.do === 'exit') this.#replace(process, () => this.#exit(process));
    else if (step.do === 'begin') {
      for (let index = 0; index < step.count; index += 1) {
        const run = process.client.start('job');
        process.runs.push(run);
        this.fates.note(run.id, 'start', process, this);
        // Owed when the process is killed while it is open.
        this.fates.note(run.id, 'process-lost', process, this).due = false;
      }
    } else if (step.do === 'end') {
      const [run] = process.runs.splice(step.which % Math.max(1, process.runs.length), 1);
      if (run === undefined) return;
      this.fates.note(run.id, step.well ? 'success' : 'fail', process, this);
      if (step.well) run.success();
      else run.fail(new Error('broken'));
    }
  }

  #kill(process: ModelProcess, characters: number): void {
    this.#replace(process, () => {
      process.disk.kill(characters);
      process.gone = true;
      this.fates.killed(process, new Set(process.runs.map(({ id }) => id)));
    });
  }

  #exit(process: ModelProcess): void {
    for (const { id } of process.runs.splice(0)) this.fates.note(id, 'fail', process, this);
    const safe = !this.disk.readOnly && this.disk.room === Number.POSITIVE_INFINITY;
    process.exit();
    this.fates.left(process, safe);
  }

  #replace(process: ModelProcess, end: () => void): void {
    end();
    this.#processes[this.#processes.indexOf(process)] = this.#begin();
  }

  /** Time goes by; on a slow disk nothing that was begun arrives. */
  #pass(ms: number, slow = false): void {
    const untilMs = this.nowMs + ms;
    for (const process of this.#processes) process.run(this.nowMs, slow);
    for (;;) {
      const dueMs = Math.min(...this.#processes.map((process) => process.dueMs));
      if (dueMs > untilMs) break;
      this.#moveTo(dueMs);
      for (const process of this.#processes) process.run(this.nowMs, slow);
    }
    this.#moveTo(untilMs);
    const quiet = !slow && !this.disk.readOnly && this.disk.room === Number.POSITIVE_INFINITY;
    const enoughMs = this.#troubled ? longMs : flushMs * 2;
    for (const process of this.#processes)
      if (!process.frozen) this.fates.passed(process, quiet ? ms : undefined, enoughMs);
  }

  #moveTo(nowMs: number): void {
    const byMs = Math.max(0, nowMs - this.nowMs);
    this.nowMs += byMs;
    this.wallMs += byMs;
  }

  #mend(): void {
    this.disk.room = Number.POSITIVE_INFINITY;
    this.disk.readOnly = false;
  }

  #damage(which: number, at: number): void {
    const segments = this.disk.files().filter(([path]) => path.endsWith('.seg'));
    const [path = '', file] = segments[which % Math.max(1, segments.length)] ?? [];
    if (file === undefined || file.text.length < 2) return;
    // Not the last one: what is written next would join the line.
    const index = at % (file.text.length - 1);
    const start = file.text.lastIndexOf('\n', index - 1) + 1;
    const next = file.text.indexOf('\n', index);
    const end = file.text.indexOf('\n', next + 1);
    const hit = file.text.slice(start, end === -1 ? undefined : end);
    const folder = path.slice(0, path.lastIndexOf('/'));
    const all = segments
      .filter(([other]) => other.startsWith(`${folder}/`))
      .flatMap(([, { text }]) => text.split('\n'));
    this.fates.damaged(hit.split('\n').map(decodeLine), all.map(decodeLine));
    file.text = `${file.text.slice(0, index)}#${file.text.slice(index + 1)}`;
  }
}
