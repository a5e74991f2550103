import type { IncomingPing, PingState, Schedule } from '../src/model.ts';
import type { EvaluationContext } from '../src/evaluate/apply.ts';
import { applyPing } from '../src/evaluate/apply.ts';
import { changeSettings, elapse, excuseDowntime, pause, resume } from '../src/evaluate/elapse.ts';
import type { FlipDraft, JudgedSettings, Machine, RunChange } from '../src/evaluate/machine.ts';
import { createMachine } from '../src/evaluate/machine.ts';
import { createScheduleReader } from '../src/evaluate/schedule.ts';
import { statusAt } from '../src/evaluate/status.ts';

export const minute = 60_000;
export const t0: number = Date.UTC(2026, 0, 1);
/** An interval. */
export const every = (intervalMs: number): Schedule => ({ kind: 'interval', intervalMs });
/** A cron expression. */
export const cron = (expression: string, timezone = 'UTC'): Schedule => ({
  kind: 'cron',
  expression,
  timezone,
});

/** Five minutes with a grace of one, changed as told. */
export const settingsOf = (change: Partial<JudgedSettings> = {}): JudgedSettings => ({
  schedule: every(5 * minute),
  graceMs: minute,
  maxDurationMs: null,
  minIntervalMs: null,
  maintenance: [],
  ...change,
});

/** A machine with its settings, moved by pings and by the clock. */
export class Subject {
  machine: Machine = createMachine(t0);
  readonly flips: FlipDraft[] = [];
  readonly voided: string[] = [];
  readonly runs: RunChange[] = [];
  readonly settings: JudgedSettings;
  readonly #context: EvaluationContext;
  #ids = 0;

  constructor(change: Partial<JudgedSettings> = {}) {
    this.settings = settingsOf(change);
    this.#context = { schedules: createScheduleReader(), createId: () => `f${(this.#ids += 1)}` };
  }

  ping(state: PingState, atMs: number, more: Partial<IncomingPing> = {}): this {
    const ping = { id: 'p', state, timestampMs: atMs, receivedMs: atMs, dialect: 'test', ...more };
    return this.#take(applyPing(this.settings, this.machine, ping, this.#context));
  }

  until(nowMs: number): this {
    return this.#take(elapse(this.settings, this.machine, nowMs, this.#context));
  }

  pause(nowMs: number): this {
    return this.#take(pause(this.machine, nowMs, this.#context));
  }

  resume(nowMs: number): this {
    return this.#take(resume(this.settings, this.machine, nowMs, this.#context));
  }

  down(nowMs: number): this {
    this.machine = excuseDowntime(this.settings, this.machine, nowMs);
    return this;
  }

  change(settings: JudgedSettings, nowMs: number): this {
    this.machine = changeSettings(settings, this.machine, nowMs, this.#context);
    return this;
  }

  status(nowMs: number): string {
    return statusAt(this.machine, nowMs);
  }

  path(): string[] {
    return this.flips.map((flip) => `${flip.from}>${flip.to} ${flip.cause}`);
  }

  #take(step: ReturnType<typeof elapse>): this {
    this.machine = step.machine;
    this.flips.push(...step.flips);
    this.voided.push(...step.voidedFlipIds);
    this.runs.push(...step.runs);
    return this;
  }
}
