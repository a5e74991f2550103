import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Leaver } from '../platform/platform.ts';
import { attachToProcess } from './process-end.ts';

type Handler = (value?: unknown) => void;

/** The handlers that attaching has added; vitest has its own, which must not run. */
const added = (name: string, before: readonly unknown[]): Handler[] =>
  (process.listeners(name as 'exit') as Handler[]).filter((one) => !before.includes(one));

const attach = (options: { exitBudgetMs?: number; signals?: boolean; busy?: boolean } = {}) => {
  const names = ['beforeExit', 'exit', 'uncaughtExceptionMonitor', 'SIGTERM', 'SIGINT'];
  const before = names.map((name) => process.listeners(name as 'exit'));
  const said: string[] = [];
  let hurried: (() => void) | undefined;
  const state = { busy: options.busy ?? false };
  const leaver: Leaver = {
    get busy() {
      return state.busy;
    },
    hurry(done) {
      said.push('hurry');
      hurried = done;
    },
    giveUp: () => void said.push('giveUp'),
    crashed: (error) => void said.push(`crashed ${String(error)}`),
    exit: (code) => void said.push(`exit ${code}`),
    flush: async (timeoutMs) => void said.push(`flush ${timeoutMs}`),
  };
  const { exitBudgetMs = 1_000, signals = false } = options;
  const detach = attachToProcess(leaver, { exitBudgetMs, signals });
  detaching.push(detach);
  const emit = (name: string, value?: unknown): void => {
    for (const handler of added(name, before[names.indexOf(name)] ?? [])) handler(value);
  };
  return { said, state, detach, emit, done: () => hurried?.() };
};
const detaching: (() => void)[] = [];
const counts = (): number[] =>
  ['beforeExit', 'exit', 'uncaughtExceptionMonitor', 'SIGTERM', 'SIGINT'].map((name) =>
    process.listenerCount(name),
  );

afterEach(() => {
  for (const detach of detaching.splice(0)) detach();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the end of a process', () => {
  it('is listened to once for all clients, and no more when the last has gone', () => {
    const before = counts();
    const first = attach();
    const during = counts();
    expect(during.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 0, 0]);
    const second = attach({ signals: true });
    expect(counts().map((count, index) => count - (during[index] ?? 0))).toEqual([0, 0, 0, 1, 1]);
    first.detach();
    first.detach();
    expect(counts().slice(0, 3)).toEqual(during.slice(0, 3));
    second.detach();
    expect(counts()).toEqual(before);
  });

  it('reaches each client: an exit with its code, a crash with its error', () => {
    const { said, emit } = attach();
    emit('uncaughtExceptionMonitor', 'no rows');
    emit('exit', 3);
    expect(said).toEqual(['crashed no rows', 'exit 3']);
  });

  it('is not held when nothing is owed', () => {
    vi.useFakeTimers();
    const { said, emit } = attach();
    emit('beforeExit');
    expect([said, vi.getTimerCount()]).toEqual([[], 0]);
  });

  it('is held until what is owed has gone', () => {
    vi.useFakeTimers();
    const { said, emit, done } = attach({ busy: true });
    emit('beforeExit');
    expect([said, vi.getTimerCount()]).toEqual([['hurry'], 1]);
    done();
    expect(vi.getTimerCount()).toBe(0);
    done();
    expect(said).toEqual(['hurry']);
  });

  it('is held for the budget and no longer, in all', () => {
    vi.useFakeTimers();
    const { said, emit, done } = attach({ busy: true, exitBudgetMs: 1_000 });
    emit('beforeExit');
    vi.advanceTimersByTime(999);
    expect(said).toEqual(['hurry']);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(['hurry', 'giveUp']);
    done();
    emit('beforeExit');
    expect(said).toEqual(['hurry', 'giveUp', 'giveUp']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a signal', () => {
  it('is flushed for and raised again when nobody else listens', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const { said, emit } = attach({ signals: true, exitBudgetMs: 700 });
    const before = process.listenerCount('SIGTERM');
    emit('SIGTERM');
    await vi.waitFor(() => expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGTERM'));
    expect(said).toEqual(['flush 700']);
    expect(process.listenerCount('SIGTERM')).toBe(before - 1);
  });

  it('is flushed for and left to whoever else listens', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const own = (): void => undefined;
    process.on('SIGINT', own);
    const { said, emit } = attach({ signals: true });
    emit('SIGINT');
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener('SIGINT', own);
    expect([said, kill.mock.calls]).toEqual([['flush 1000'], []]);
  });

  it('is not listened to unless it was asked for', () => {
    const before = counts();
    attach();
    expect(counts().slice(3)).toEqual(before.slice(3));
  });
});
