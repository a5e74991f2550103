import type { HeartbeatClient } from '@lubdub/core';
import { type AgendaEmitter, type AgendaJob, type AgendaLike, idOf } from './job.ts';

/** A run whose attempt failed, until Agenda says whether another one follows. */
interface Undecided {
  readonly client: HeartbeatClient | undefined;
  readonly key: string;
  readonly runId: string;
}

const mostRemembered = 10_000;

/** What one Agenda decides after failed attempts: its `retry` and `retry exhausted` events. */
export class Retries {
  readonly #undecided = new Map<object, Set<Undecided>>();
  readonly #continued = new Map<string, string>();

  constructor(agenda: AgendaLike) {
    const emitter = agenda as unknown as AgendaEmitter;
    emitter.on('retry', (job, _details, remote) => {
      if (remote !== true) this.#decide(job as AgendaJob, false, undefined);
    });
    emitter.on('retry exhausted', (error, job) => this.#decide(job as AgendaJob, true, error));
  }

  /** The run that a retry continues, if this process began it. */
  continuedBy(job: AgendaJob, key: string): string | undefined {
    const name = `${idOf(job)} ${key}`;
    const runId = this.#continued.get(name);
    this.#continued.delete(name);
    return (job.attrs.failCount ?? 0) > 0 ? runId : undefined;
  }

  /** Notes that a run continues with the next attempt. */
  remember(job: AgendaJob, key: string, runId: string): void {
    if (this.#continued.size < mostRemembered) this.#continued.set(`${idOf(job)} ${key}`, runId);
  }

  /** Tells the fail of the run when no attempt follows. */
  await(job: AgendaJob, run: Undecided): void {
    const runs = this.#undecided.get(job);
    if (runs !== undefined) runs.add(run);
    else if (this.#undecided.size < mostRemembered) this.#undecided.set(job, new Set([run]));
  }

  #decide(job: AgendaJob, exhausted: boolean, error: unknown): void {
    const runs = this.#undecided.get(job) ?? [];
    this.#undecided.delete(job);
    for (const { client, key, runId } of runs) {
      if (exhausted) client?.start(key, { runId, sendStart: false }).fail(error);
      else this.remember(job, key, runId);
    }
  }
}

const byAgenda = new WeakMap<object, Retries>();

/** The one per Agenda: its two listeners never throw, since a listener that throws makes Agenda's job fail. */
export const retriesOf = (agenda: AgendaLike): Retries => {
  const found = byAgenda.get(agenda);
  if (found !== undefined) return found;
  const made = new Retries(agenda);
  byAgenda.set(agenda, made);
  return made;
};
