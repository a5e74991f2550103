import { describe, expect, it } from 'vitest';
import { Breaker, type BreakerOptions } from './breaker.ts';

const options: BreakerOptions = { failures: 3, baseMs: 100, maxMs: 350 };
const make = (random = () => 1, changes: Partial<BreakerOptions> = {}): Breaker =>
  new Breaker({ ...options, ...changes }, random);
const fail = (breaker: Breaker, times: number, nowMs = 0): unknown[] =>
  Array.from({ length: times }, () => breaker.failed(nowMs));

describe('a breaker', () => {
  it('opens at the last of the failures in a row, and says so once', () => {
    const breaker = make();
    expect(fail(breaker, 2)).toEqual([undefined, undefined]);
    expect(breaker.state).toBe('closed');
    expect(breaker.allowance(0)).toBe(Number.POSITIVE_INFINITY);
    expect(breaker.failed(0)).toBe('opened');
    expect(breaker.state).toBe('open');
    expect(breaker.failed(0)).toBeUndefined();
  });

  it('forgets failures that an answer came between', () => {
    const breaker = make();
    fail(breaker, 2);
    expect(breaker.succeeded()).toBeUndefined();
    expect(fail(breaker, 2)).toEqual([undefined, undefined]);
    expect(breaker.state).toBe('closed');
  });

  it('lets nothing through until its time, then one probe and nothing beside it', () => {
    const breaker = make();
    fail(breaker, 3, 1_000);
    expect(breaker.retryAtMs).toBe(1_100);
    expect(breaker.allowance(1_099)).toBe(0);
    expect(breaker.allowance(1_100)).toBe(1);
    expect(breaker.sending()).toBe(true);
    expect(breaker.state).toBe('half-open');
    expect(breaker.allowance(1_100)).toBe(1);
  });

  it('takes no request for a probe while it is closed', () => {
    expect(make().sending()).toBe(false);
  });

  it('waits twice as long after each probe that fails, up to its limit', () => {
    const breaker = make();
    fail(breaker, 3);
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const nowMs = breaker.retryAtMs;
      breaker.sending();
      expect(breaker.failed(nowMs)).toBeUndefined();
      expect(breaker.state).toBe('open');
      waits.push(breaker.retryAtMs - nowMs);
    }
    expect(waits).toEqual([200, 350, 350, 350]);
  });

  it.each([
    [0, 50],
    [0.5, 75],
    [1, 100],
  ])('with the random number %d waits %i of 100 ms', (random, waitMs) => {
    const breaker = make(() => random);
    fail(breaker, 3);
    expect(breaker.retryAtMs).toBe(waitMs);
  });

  it('closes when a probe is answered, and doubles what it lets through from one on', () => {
    const breaker = make();
    fail(breaker, 3);
    breaker.sending();
    expect(breaker.succeeded()).toBe('closed');
    const allowed = [breaker.allowance(0)];
    for (let round = 0; round < 4; round += 1) {
      breaker.succeeded();
      allowed.push(breaker.allowance(0));
    }
    expect(allowed).toEqual([1, 2, 4, 8, 16]);
    for (let round = 0; round < 10; round += 1) breaker.succeeded();
    expect(breaker.allowance(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('begins anew after it has closed: as many failures, the first wait', () => {
    const breaker = make();
    fail(breaker, 3);
    breaker.sending();
    breaker.failed(0);
    breaker.sending();
    breaker.succeeded();
    expect(fail(breaker, 3, 0)).toEqual([undefined, undefined, 'opened']);
    expect(breaker.retryAtMs).toBe(100);
  });

  it('is not put off by requests from before that fail while it is open', () => {
    const breaker = make();
    fail(breaker, 3);
    expect(breaker.failed(90)).toBeUndefined();
    expect([breaker.retryAtMs, breaker.state]).toEqual([100, 'open']);
  });

  it('learns nothing from a request that never left', () => {
    const breaker = make();
    fail(breaker, 2);
    expect([breaker.landed(undefined, 5), breaker.state]).toEqual([undefined, 'closed']);
    expect(breaker.landed(false, 5)).toBe('opened');
    breaker.sending();
    expect([breaker.landed(undefined, 200), breaker.state]).toEqual([undefined, 'open']);
    expect([breaker.retryAtMs, breaker.allowance(200), breaker.sending()]).toEqual([105, 1, true]);
    expect(breaker.landed(true, 200)).toBe('closed');
  });

  it('is hurried to its probe, never away from it', () => {
    const breaker = make();
    fail(breaker, 3);
    breaker.hurry(200);
    expect(breaker.retryAtMs).toBe(100);
    breaker.hurry(40);
    expect(breaker.allowance(40)).toBe(1);
  });
});
