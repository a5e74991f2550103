import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InFlight } from './in-flight.ts';

describe('requests under way', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are waited for until the last has left', async () => {
    const inFlight = new InFlight();
    inFlight.enter();
    inFlight.enter();
    const told: number[] = [];
    const waiting = ['one', 'two'].map(() => inFlight.drain(1_000).then((open) => told.push(open)));
    inFlight.leave();
    await vi.advanceTimersByTimeAsync(999);
    expect([told, inFlight.open]).toEqual([[], 1]);
    inFlight.leave();
    await Promise.all(waiting);
    expect(told).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are given up after the time, with their number, and not told of again', async () => {
    const inFlight = new InFlight();
    inFlight.enter();
    const first = inFlight.drain(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBe(1);
    const second = inFlight.drain(1_000);
    inFlight.leave();
    expect(await second).toBe(0);
  });

  it('are not waited for where there are none', async () => {
    expect(await new InFlight().drain(1_000)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
