import type { Leaver, LeavingOptions } from '../platform/platform.ts';

interface Attached extends LeavingOptions {
  readonly leaver: Leaver;
}

/**
 * One set of process listeners for all clients of this copy of the package, on `globalThis` so that a module loaded twice
 * does not listen twice.
 */
interface Hub {
  readonly attached: Set<Attached>;
  heldMs: number;
  readonly unhook: () => void;
}

const hubKey = Symbol.for('lubdub.leaving.1');
const signalNames = ['SIGTERM', 'SIGINT'] as const;

const hubOf = (): Hub | undefined => (globalThis as Record<symbol, Hub | undefined>)[hubKey];

/** Holds the process while pings are on their way, at most the budget in all. */
const hold = (hub: Hub): void => {
  const busy = [...hub.attached].filter(({ leaver }) => leaver.busy);
  const budgetMs = Math.max(0, ...busy.map(({ exitBudgetMs }) => exitBudgetMs)) - hub.heldMs;
  if (busy.length === 0) return;
  if (budgetMs <= 0) {
    for (const { leaver } of busy) leaver.giveUp();
    return;
  }
  const startedMs = performance.now();
  let left = busy.length;
  let over = false;
  const finish = (): void => {
    over = true;
    clearTimeout(timer);
    hub.heldMs += performance.now() - startedMs;
  };
  // The one timer of lubdub that keeps the process alive.
  const timer = setTimeout(() => {
    finish();
    for (const { leaver } of busy) leaver.giveUp();
  }, budgetMs);
  for (const { leaver } of busy) {
    leaver.hurry(() => {
      left -= 1;
      if (left === 0 && !over) finish();
    });
  }
};

const onSignal = (hub: Hub, name: NodeJS.Signals, listener: () => void): void => {
  const wanted = [...hub.attached].filter(({ signals }) => signals);
  // Somebody else handles it and decides about the process; we only hurry.
  const alone = process.listenerCount(name) === 1;
  const flushed = wanted.map(({ leaver, exitBudgetMs }) => leaver.flush(exitBudgetMs));
  if (!alone) return;
  const raise = (): void => {
    process.removeListener(name, listener);
    process.kill(process.pid, name);
  };
  Promise.allSettled(flushed).then(raise, raise);
};

const install = (): Hub => {
  const attached = new Set<Attached>();
  const beforeExit = (): void => hold(hub);
  const exit = (code: number): void => {
    for (const { leaver } of attached) leaver.exit(code);
  };
  const crashed = (error: unknown): void => {
    for (const { leaver } of attached) leaver.crashed(error);
  };
  process.on('beforeExit', beforeExit);
  process.on('exit', exit);
  process.on('uncaughtExceptionMonitor', crashed);
  const hub: Hub = {
    attached,
    heldMs: 0,
    unhook() {
      process.removeListener('beforeExit', beforeExit);
      process.removeListener('exit', exit);
      process.removeListener('uncaughtExceptionMonitor', crashed);
    },
  };
  (globalThis as Record<symbol, unknown>)[hubKey] = hub;
  return hub;
};

const listenToSignals = (hub: Hub): (() => void) => {
  const listeners = signalNames.map((name) => {
    const listener = (): void => onSignal(hub, name, listener);
    process.on(name, listener);
    return [name, listener] as const;
  });
  return () => {
    for (const [name, listener] of listeners) process.removeListener(name, listener);
  };
};

/** Hooks a client to the end of this process (or worker thread); returns the function that unhooks it. */
export const attachToProcess = (leaver: Leaver, options: LeavingOptions): (() => void) => {
  const hub = hubOf() ?? install();
  const entry: Attached = { leaver, ...options };
  hub.attached.add(entry);
  const deafen = options.signals ? listenToSignals(hub) : undefined;
  return () => {
    deafen?.();
    hub.attached.delete(entry);
    if (hub.attached.size > 0 || hubOf() !== hub) return;
    hub.unhook();
    delete (globalThis as Record<symbol, unknown>)[hubKey];
  };
};
