import type { Clock, TimerHandle } from '../../src/clock.ts';
import { createFactories } from '../../src/client/create.ts';
import type { HeartbeatClient, Run, Transport } from '../../src/index.ts';
import { ClientLeaver } from '../../src/leaving/client-leaver.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { ProviderSpool } from '../../src/spool/provider-spool.ts';
import type { Fate, Told } from './client-fates.ts';
import { plainProvider } from './engine.ts';
import { type MemoryDisk, ProcessDisk } from './memory-disk.ts';

/** Oldest success that may pass for fresh, milliseconds. */
export const successTtlMs = 60_000;
/** Longest that a record waits for its write, milliseconds. */
export const flushMs = 100;

/** What a process has around it. */
export interface ModelSurroundings {
  readonly disk: MemoryDisk;
  /** Whose folder it is, by id. */
  readonly owners: Map<string, ModelProcess>;
  readonly nowMs: number;
  readonly wallMs: number;
  /** What the service does: answers, is not there, or takes requests and says nothing. */
  readonly mood: 'up' | 'down' | 'silent';
  /** The service takes the client's time. */
  readonly takesTime: boolean;
  receive(told: Told, sender: ModelProcess): Fate<ModelProcess>;
  noteTakeover(from: string, by: ModelProcess): void;
}

class WatchedDisk extends ProcessDisk {
  readonly #onRename: (from: string) => void;

  constructor(disk: MemoryDisk, wallMs: () => number, onRename: (from: string) => void) {
    super(disk, wallMs);
    this.#onRename = onRename;
  }

  override rename(from: string, to: string): void {
    super.rename(from, to);
    this.#onRename(from);
  }
}

/** A real client on a disk, a clock and a network of the model's. */
export class ModelProcess {
  readonly disk: WatchedDisk;
  readonly client: HeartbeatClient;
  readonly runs: Run[] = [];
  frozen = false;
  gone = false;
  #leaver: ClientLeaver | undefined;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  #deferred: (() => void)[] = [];

  constructor(world: ModelSurroundings, id: string) {
    this.disk = new WatchedDisk(
      world.disk,
      () => world.wallMs,
      (from) => world.noteTakeover(from, this),
    );
    const clock = this.#clock(world);
    let made = 0;
    const { createHeartbeat } = createFactories({
      ...nodePlatform,
      attach: (parts) => {
        this.#leaver = new ClientLeaver(parts);
        return () => undefined;
      },
      sendAtExit: undefined,
      openSpool: (parts) =>
        new ProviderSpool({
          ...parts,
          disk: this.disk,
          root: '/spool',
          directory: '/spool/provider',
          digest: (text) => text,
          newId: () => {
            const folder = `${id}${String((made += 1)).padStart(4, '0')}`.padStart(32, '0');
            world.owners.set(folder, this);
            return folder;
          },
        }),
    });
    const transport: Transport = {
      name: 'model',
      send: ({ body = '', timeoutMs }, done) => {
        if (world.mood === 'down') {
          clock.defer(() => done({ kind: 'failure', reason: 'refused', message: '', sent: false }));
          return;
        }
        const fate = world.receive(JSON.parse(body) as Told, this);
        if (world.mood === 'silent')
          clock.setTimer(
            () => done({ kind: 'failure', reason: 'timeout', message: '', sent: true }),
            timeoutMs,
          );
        else
          clock.defer(() => {
            fate.answered = true;
            done({ kind: 'response', status: 200, headers: {}, body: '' });
          });
      },
      close: () => undefined,
    };
    this.client = createHeartbeat({
      provider: plainProvider(
        { clientTimestamp: world.takesTime },
        {
          toRequest: ({ id: ping, state, runId, reason, timestampMs, message }) => ({
            method: 'POST',
            url: 'https://plain.example/',
            body: JSON.stringify({ id: ping, state, runId, reason, timestampMs, message }),
          }),
        },
      ),
      clock,
      transport,
      successTtlMs,
      spool: { directory: '/spool/provider', flushMs },
      logger: { warn: () => undefined, error: () => undefined },
    });
  }

  #clock(world: ModelSurroundings): Clock {
    const timers = this.#timers;
    return {
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
  }

  /** When it has something to do, if ever. */
  get dueMs(): number {
    let due = Number.POSITIVE_INFINITY;
    if (!this.frozen && !this.gone) for (const { atMs } of this.#timers) due = Math.min(due, atMs);
    return due;
  }

  /** Does what is due and lets writes arrive, unless the disk is slow. */
  run(nowMs: number, slow: boolean): void {
    for (let busy = !this.frozen && !this.gone; busy;) {
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

  /** As `process.exit` does it: nothing runs afterwards. */
  exit(): void {
    this.#leaver?.exit(1);
    this.gone = true;
  }
}
