import { describe, expect, it } from 'vitest';
import { longestWaitMs, PacingWindow } from './pacing.ts';

const full = (count: number, atMs = 0): PacingWindow => {
  const window = new PacingWindow({ count, windowMs: 1_000, per: 'provider' });
  for (let taken = 0; taken < count; taken += 1) window.take(atMs + taken);
  return window;
};

describe('a window of requests', () => {
  it('opens again exactly when the oldest has left it', () => {
    const window = full(3);
    expect(window.waitMs(10, false)).toBe(990);
    expect(window.waitMs(999, false)).toBe(1);
    expect(window.waitMs(1_000, false)).toBe(0);
  });

  it('keeps its last place for what is urgent when it has five or more', () => {
    const window = new PacingWindow({ count: 5, windowMs: 1_000, per: 'provider' });
    for (let taken = 0; taken < 4; taken += 1) window.take(taken);
    expect(window.waitMs(10, true)).toBe(0);
    expect(window.waitMs(10, false)).toBe(990);
    window.take(10);
    expect(window.waitMs(20, true)).toBe(980);
    expect(window.waitMs(20, false)).toBe(981);
  });

  it('keeps no place when it has fewer', () => {
    const window = new PacingWindow({ count: 4, windowMs: 1_000, per: 'provider' });
    for (let taken = 0; taken < 3; taken += 1) window.take(taken);
    expect(window.waitMs(10, false)).toBe(0);
  });

  it('is open for as long as it stays empty', () => {
    const window = full(3);
    expect(window.waitMs(5_000, false)).toBe(0);
    window.take(5_000);
    expect(window.waitMs(5_001, false)).toBe(0);
  });

  it('counts what was sent over the limit too', () => {
    const window = full(2);
    window.take(500);
    expect(window.waitMs(600, false)).toBe(401);
  });

  it('waits as long as the longest of several', () => {
    expect(longestWaitMs([full(1, 0), full(1, 300), full(1, 100)], 400, false)).toBe(900);
    expect(longestWaitMs([], 400, false)).toBe(0);
  });
});
