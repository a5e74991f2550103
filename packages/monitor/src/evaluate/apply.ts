import type { FlipCause, Health, IncomingPing } from '../model.ts';
import { withDeadline } from './deadline.ts';
import type {
  EndedRun,
  FlipDraft,
  JudgedSettings,
  Machine,
  RunChange,
  TrackedRun,
  Transition,
} from './machine.ts';
import { isFailing, keptEndedRuns, keptOpenRuns } from './machine.ts';
import { maintenanceEnd } from './maintenance.ts';
import type { ScheduleReader } from './schedule.ts';
import { describeFail, describeTooOften } from './text.ts';

/** What the transitions need from outside. */
export interface EvaluationContext {
  readonly schedules: ScheduleReader;
  /** Makes a flip's id. */
  readonly createId: () => string;
}

/** The slot of a run whose pings name no run id; there is one per monitor. */
export const anonymousRun = '';

/**
 * Applies a ping. A ping that is older than what is already known lands in the history and changes the health only where
 * it shows that a failure never was.
 */
export const applyPing = (
  settings: JudgedSettings,
  machine: Machine,
  ping: IncomingPing,
  context: EvaluationContext,
): Transition => {
  const step = new Step(settings, machine, ping, context);
  if (ping.state === 'start') step.start();
  else if (ping.state !== 'log') step.end(ping.state);
  return step.finish();
};

type Draft = { -readonly [Name in keyof Machine]: Machine[Name] };

/** One ping's work; lives for one call of {@link applyPing}. */
class Step {
  readonly #settings: JudgedSettings;
  readonly #ping: IncomingPing;
  readonly #context: EvaluationContext;
  readonly #runId: string;
  readonly #timeMs: number;
  /** The machine as it will be: a copy of this step's own. */
  readonly #machine: Draft;
  readonly #flips: FlipDraft[] = [];
  readonly #voided: string[] = [];
  readonly #runs: RunChange[] = [];

  constructor(
    settings: JudgedSettings,
    machine: Machine,
    ping: IncomingPing,
    context: EvaluationContext,
  ) {
    this.#settings = settings;
    this.#machine = { ...machine };
    this.#ping = ping;
    this.#context = context;
    this.#runId = ping.runId ?? anonymousRun;
    this.#timeMs = Math.min(ping.timestampMs, ping.receivedMs);
  }

  start(): void {
    const ended = this.#machine.endedRuns.find(
      (run) => run.runId !== null && run.runId === this.#runId,
    );
    if (ended !== undefined) {
      this.#runs.push({
        runId: this.#runId,
        state: ended.state,
        startedMs: this.#timeMs,
        ping: this.#ping,
      });
      return;
    }
    const early = this.#judgeSpacing(this.#timeMs);
    const run: TrackedRun = {
      runId: this.#runId,
      startedMs: this.#timeMs,
      ...(early ? { early: true as const } : {}),
    };
    const others = this.#machine.openRuns.filter((open) => open.runId !== this.#runId);
    while (others.length >= keptOpenRuns) {
      const lost = others.shift();
      if (lost !== undefined && lost.runId !== anonymousRun)
        this.#runs.push({ runId: lost.runId, state: 'lost' });
    }
    this.#machine.openRuns = [...others, run];
    this.#beat();
    this.#record({
      runId: this.#runId,
      state: 'running',
      startedMs: this.#timeMs,
      ping: this.#ping,
    });
  }

  end(state: 'success' | 'fail'): void {
    const open = this.#machine.openRuns.find((run) => run.runId === this.#runId);
    const durationMs =
      this.#ping.durationMs ??
      (open === undefined ? null : Math.max(0, this.#timeMs - open.startedMs));
    const startedMs =
      open?.startedMs ?? (durationMs === null ? null : Math.round(this.#timeMs - durationMs));
    const early =
      open === undefined ? this.#judgeSpacing(startedMs ?? this.#timeMs) : open.early === true;
    const inOrder = this.#machine.lastEndMs === null || this.#timeMs >= this.#machine.lastEndMs;
    if (open !== undefined)
      this.#machine.openRuns = this.#machine.openRuns.filter((run) => run !== open);
    this.#beat();
    this.#keepEnded({ runId: this.#ping.runId ?? null, endedMs: this.#timeMs, durationMs, state });
    if (inOrder) {
      this.#machine.lastEndMs = this.#timeMs;
      this.#machine.lastDurationMs = durationMs;
    }
    this.#record({
      runId: this.#runId,
      state,
      startedMs,
      endedMs: this.#timeMs,
      durationMs,
      ping: this.#ping,
    });
    if (!inOrder || this.#machine.health === 'paused') return;
    if (state === 'fail') this.#fail();
    else if (!early) this.#succeed();
  }

  finish(): Transition {
    const last = this.#machine.lastPing;
    if (last === null || this.#timeMs >= last.timestampMs) {
      const message = this.#ping.message ?? null;
      this.#machine.lastPing = { timestampMs: this.#timeMs, state: this.#ping.state, message };
    }
    const machine = withDeadline(this.#settings, this.#machine, this.#context.schedules);
    return { machine, flips: this.#flips, voidedFlipIds: this.#voided, runs: this.#runs };
  }

  #fail(): void {
    if (this.#inMaintenance()) return;
    const text = describeFail(this.#ping);
    if (this.#machine.health === 'down') this.#machine.error = text;
    else this.#flip('down', 'fail', text);
  }

  #succeed(): void {
    const { health, healthSinceMs } = this.#machine;
    if (health === 'up') return;
    if (!isFailing(health)) {
      this.#flip('up', 'success', 'first beat received');
      return;
    }
    // a replayed beat that is overdue again itself would only make the monitor fail twice for one outage
    const healthy: Machine = { ...this.#machine, health: 'up' };
    const deadline = withDeadline(this.#settings, healthy, this.#context.schedules).deadline;
    if (deadline !== null && deadline.cause === 'missed' && deadline.atMs <= this.#ping.receivedMs)
      return;
    if (this.#timeMs < healthSinceMs) {
      if (this.#machine.failureFlipId !== null) this.#voided.push(this.#machine.failureFlipId);
      this.#flip('up', 'late-ping', `beat of ${new Date(this.#timeMs).toISOString()} arrived late`);
    } else {
      this.#flip('up', 'success', 'run succeeded');
    }
  }

  /** @returns true when the run began too soon after the one before. */
  #judgeSpacing(startedMs: number): boolean {
    const { lastStartMs, health } = this.#machine;
    if (lastStartMs === null || startedMs > lastStartMs) this.#machine.lastStartMs = startedMs;
    const { minIntervalMs } = this.#settings;
    if (minIntervalMs === null || lastStartMs === null) return false;
    const gapMs = startedMs - lastStartMs;
    if (gapMs < 0 || gapMs >= minIntervalMs) return false;
    if (health !== 'paused' && !isFailing(health) && !this.#inMaintenance()) {
      this.#flip('down', 'too-often', describeTooOften(gapMs, minIntervalMs));
    }
    return true;
  }

  #inMaintenance(): boolean {
    return (
      maintenanceEnd(this.#settings.maintenance, this.#timeMs, this.#context.schedules) !== null
    );
  }

  #beat(): void {
    const { lastBeatMs } = this.#machine;
    if (lastBeatMs === null || this.#timeMs > lastBeatMs) this.#machine.lastBeatMs = this.#timeMs;
  }

  #keepEnded(run: EndedRun): void {
    const runs = this.#machine.endedRuns.filter(
      (known) => run.runId === null || known.runId !== run.runId,
    );
    let place = runs.length;
    while (place > 0 && (runs[place - 1]?.endedMs ?? 0) > run.endedMs) place -= 1;
    runs.splice(place, 0, run);
    this.#machine.endedRuns = runs.slice(-keptEndedRuns);
  }

  /** Runs without an id have no record of their own: their pings are their history. */
  #record(change: RunChange): void {
    if (change.runId !== anonymousRun) this.#runs.push(change);
  }

  #flip(to: Health, cause: FlipCause, text: string): void {
    const { machine, flip } = flipTo(this.#machine, to, cause, text, {
      id: this.#context.createId(),
      atMs: this.#timeMs,
      recordedMs: this.#ping.receivedMs,
    });
    Object.assign(this.#machine, machine);
    this.#flips.push(flip);
  }
}

/** Changes the health and says so. A flip never lies before the one it follows. */
export const flipTo = (
  machine: Machine,
  to: Health,
  cause: FlipCause,
  text: string,
  at: { readonly id: string; readonly atMs: number; readonly recordedMs: number },
): { readonly machine: Machine; readonly flip: FlipDraft } => {
  const atMs = Math.max(at.atMs, machine.healthSinceMs);
  const flip: FlipDraft = {
    id: at.id,
    atMs,
    recordedMs: at.recordedMs,
    from: machine.health,
    to,
    cause,
    text,
  };
  const failing = isFailing(to);
  return {
    flip,
    machine: {
      ...machine,
      health: to,
      healthSinceMs: atMs,
      error: failing ? text : null,
      failureFlipId: failing ? at.id : null,
    },
  };
};
