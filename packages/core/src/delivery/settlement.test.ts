import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { EventHub } from '../events.ts';
import type { ProviderOutcome } from '../outcome.ts';
import { PingRecord } from '../ping/record.ts';
import { createRedactor } from '../ping/redact.ts';
import { type DeliveryObserver, fingerprint, Settler, summarise } from './settlement.ts';

const eventNames = ['ping-sent', 'ping-failed', 'ping-dropped'] as const;
const ping = new PingRecord('backup', 'fail', 5, { runId: 'run-1', count: 3 });
const summary = {
  id: ping.id,
  key: 'backup',
  state: 'fail',
  runId: 'run-1',
  timestampMs: 5,
  count: 3,
};

/** A settler, what its listeners hear, and what whoever waits is told. */
const settling = ({ heard = true, watched = true } = {}) => {
  const events = new EventHub();
  const seen: unknown[] = [];
  const reported: ProviderOutcome[] = [];
  if (heard)
    for (const name of eventNames)
      events.on(name, (event) => seen.push([name, event.ping, event.outcome.status]));
  const observer: DeliveryObserver = {
    active: watched,
    ping: () => undefined,
    outcome: (shown, { status }) => seen.push(['observed', shown, status]),
  };
  const redactor = createRedactor();
  redactor.add('a-long-secret');
  const settler = new Settler(plainProvider(), events, redactor, observer);
  const ticket = { report: (outcome: ProviderOutcome) => void reported.push(outcome) };
  return { settler, seen, reported, ticket, redactor };
};

describe('what became of a ping', () => {
  it.each([
    ['accepted', 'ping-sent'],
    ['unverified', 'ping-sent'],
    ['rejected', 'ping-failed'],
    ['unreachable', 'ping-failed'],
    ['rate-limited', 'ping-failed'],
    ['dropped', 'ping-dropped'],
    ['coalesced', 'ping-dropped'],
    ['spooled', 'ping-dropped'],
  ] as const)(
    '%s is counted and told as %s, to whoever watches and to whoever waits',
    (status, event) => {
      const { settler, seen, reported, ticket } = settling();
      settler.settle({ ping, ticket, attempts: 2 }, { status, reason: 'stale' });
      settler.settle({ ping, ticket, attempts: 2 }, { status, reason: 'stale' });
      expect(seen.slice(0, 2)).toEqual([
        [event, summary, status],
        ['observed', summary, status],
      ]);
      expect(seen).toHaveLength(4);
      expect(reported[0]).toMatchObject({
        provider: 'plain',
        status,
        reason: 'stale',
        attempts: 2,
      });
      expect(settler.outcomes).toEqual({ [status]: 2 });
      expect(settler.dropped).toEqual(status === 'dropped' ? { stale: 2 } : {});
    },
  );

  it.each([
    [false, false, []],
    [true, false, ['ping-sent']],
    [false, true, ['observed']],
  ])('is shown only where somebody listens (%s) or watches (%s)', (heard, watched, expected) => {
    const { settler, seen } = settling({ heard, watched });
    settler.settle({ ping, ticket: undefined, attempts: 1 }, { status: 'accepted' });
    expect(seen.map((one) => (one as string[])[0])).toEqual(expected);
    expect(settler.outcomes).toEqual({ accepted: 1 });
  });

  it('is counted by its reason where it never entered the queue', () => {
    const { settler, reported, ticket } = settling();
    settler.skip(ping, ticket, 'unsupported');
    expect(settler.dropped).toEqual({ unsupported: 1 });
    expect(reported).toMatchObject([{ status: 'dropped', reason: 'unsupported', attempts: 0 }]);
  });

  it('shows no secret, neither in the error nor in the answer nor in the key', () => {
    const { settler, redactor } = settling();
    const error = { statusCode: 401, message: 'no a-long-secret', body: { key: 'a-long-secret' } };
    const outcome = settler.outcome(
      { ping, attempts: 1 },
      { status: 'rejected', httpStatus: 401, response: ['a-long-secret'], error },
    );
    expect(outcome).toEqual({
      provider: 'plain',
      status: 'rejected',
      reason: undefined,
      attempts: 1,
      httpStatus: 401,
      response: ['[secret]'],
      error: { statusCode: 401, message: 'no [secret]', body: { key: '[secret]' } },
    });
    const { key } = summarise(new PingRecord('is-a-long-secret', 'success', 0, {}), redactor);
    expect(key).toBe(fingerprint('is-a-long-secret'));
  });

  it.each([
    ['', 'key-811c9dc5'],
    ['foobar', 'key-bf9cf968'],
    ['akd', 'key-0d368b73'],
  ])('names %j, where it must not be shown, by its FNV-1a digest in 8 digits', (text, expected) => {
    expect(fingerprint(text)).toBe(expected);
  });
});
