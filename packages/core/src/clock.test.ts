import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a runtime whose timers are numbers and that has no setImmediate, such as a worker', () => {
  it('gets its timers, and what is deferred comes after the code that runs now', () => {
    const timers: { callback: () => void; delayMs: number }[] = [];
    vi.stubGlobal('setImmediate', undefined);
    vi.stubGlobal('setTimeout', (callback: () => void, delayMs: number) =>
      timers.push({ callback, delayMs }),
    );
    const told: string[] = [];
    expect(systemClock.setTimer(() => told.push('timer'), 250)).toBe(1);
    systemClock.defer(() => told.push('deferred'));
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([250, 0]);
    expect(told).toEqual([]);
    for (const { callback } of timers) callback();
    expect(told).toEqual(['timer', 'deferred']);
  });
});
