import { describe, expect, it } from 'vitest';
import { EventHub } from '../events.ts';
import type { OutcomeStatus, ProviderOutcome } from '../outcome.ts';
import { PingRecord } from '../ping/record.ts';
import { createRedactor } from '../ping/redact.ts';
import { createOutcome, OutcomeTicket, settling } from './ticket.ts';

const one = (
  status: OutcomeStatus,
  more: Partial<ProviderOutcome> = {},
  provider = 'plain',
): ProviderOutcome => ({
  provider,
  status,
  reason: undefined,
  attempts: 1,
  httpStatus: undefined,
  response: undefined,
  error: undefined,
  ...more,
});
const error = (message: string) => ({ error: { statusCode: 0, message, body: undefined } });

describe('the outcome of several providers', () => {
  it('is the worst of all', () => {
    const fromBest: readonly OutcomeStatus[] = [
      'accepted',
      'unverified',
      'coalesced',
      'spooled',
      'rate-limited',
      'rejected',
      'unreachable',
      'dropped',
    ];
    fromBest.forEach((worst, index) => {
      for (const better of fromBest.slice(0, index + 1)) {
        expect(createOutcome([one(worst), one(better)]).status).toBe(worst);
        expect(createOutcome([one(better), one(worst)]).status).toBe(worst);
      }
    });
  });

  it('leaves those out that cannot carry the state, unless none can', () => {
    const unable = one('dropped', { reason: 'unsupported' });
    expect(createOutcome([unable, one('accepted')]).status).toBe('accepted');
    expect(createOutcome([one('unverified'), unable]).status).toBe('unverified');
    expect(createOutcome([unable, unable]).status).toBe('dropped');
    expect(createOutcome([one('dropped', { reason: 'stale' }), one('accepted')]).status).toBe(
      'dropped',
    );
    expect(createOutcome([one('rejected', { reason: 'unsupported' })]).status).toBe('rejected');
    expect(createOutcome([]).status).toBe('dropped');
  });

  it('holds those of all', () => {
    const providers = [one('accepted'), one('rejected')];
    expect(createOutcome(providers).providers).toEqual(providers);
  });

  it.each([['accepted'], ['unverified'], ['coalesced'], ['spooled']] as const)(
    'is itself where it is asked to throw and is %s',
    (status) => {
      const outcome = createOutcome([one(status)]);
      expect(outcome.orThrow()).toBe(outcome);
    },
  );

  it('throws what went wrong at each that did not take it', () => {
    const outcome = createOutcome([
      one('accepted', {}, 'first'),
      one('rejected', { reason: 'http-404', ...error('the service answered 404') }, 'second'),
      one('unreachable', error('no answer'), 'third'),
      one('dropped', { reason: 'stale' }, 'fourth'),
    ]);
    expect(() => outcome.orThrow()).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_PING_FAILED' }),
    );
    expect(() => outcome.orThrow()).toThrow(
      'The ping was not delivered: second: rejected (http-404), the service answered 404; third: unreachable, no answer; fourth: dropped (stale). [',
    );
    expect(() => createOutcome([]).orThrow()).toThrow(
      'The ping was not delivered: no provider takes it. [',
    );
  });
});

describe('whoever awaits an outcome', () => {
  it('is told once all providers have said theirs, in their order', () => {
    const told: string[] = [];
    const ticket = new OutcomeTicket(2, ({ status, providers }) =>
      told.push(`${status} ${providers.map(({ provider }) => provider).join('+')}`),
    );
    ticket.report(one('accepted', {}, 'first'));
    expect(told).toEqual([]);
    ticket.report(one('rejected', {}, 'second'));
    expect(told).toEqual(['rejected first+second']);
  });

  it('hears the event first, where somebody listens to it', () => {
    const events = new EventHub();
    const told: unknown[] = [];
    const ping = new PingRecord('backup', 'success', 5, {});
    const settle = settling(ping, events, createRedactor(), (outcome) => told.push(outcome));
    const outcome = createOutcome([one('accepted')]);
    settle(outcome);
    expect(told).toEqual([outcome]);
    events.on('ping-settled', (event) => told.push(event));
    settle(outcome);
    expect(told.slice(1)).toEqual([
      { ping: expect.objectContaining({ key: 'backup', id: ping.id }), outcome },
      outcome,
    ]);
  });
});
