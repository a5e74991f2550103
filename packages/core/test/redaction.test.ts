import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createHeartbeat,
  type HeartbeatEventName,
  type Provider,
  type TransportResult,
} from '../src/index.ts';
import {
  createManualClock,
  createRecordingTransport,
  failWith,
  respond,
} from '../src/testing/index.ts';
import { plainProvider } from './support/engine.ts';

const eventNames: readonly HeartbeatEventName[] = [
  'ping-queued',
  'ping-sent',
  'ping-retried',
  'ping-dropped',
  'ping-failed',
  'ping-settled',
  'run-started',
  'run-ended',
  'misconfigured',
  'breaker-opened',
  'breaker-closed',
];

/** Everything that `value` shows to a person: text of errors, their causes, their own properties, whatever the depth. */
const shown = (value: unknown): string =>
  inspect(value, {
    depth: 20,
    showHidden: true,
    maxStringLength: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
  });

const secretText = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((text) => text.trim().length >= 8 && !/^[\w ]{0,9}$/u.test(text));

const answers = (secret: string): readonly TransportResult[] => [
  respond(200, secret),
  respond(200, JSON.stringify({ message: `bad key ${secret}` })),
  respond(401, JSON.stringify({ error: `bad key ${secret}`, nested: { [secret]: [secret] } })),
  respond(404, `no such monitor: ${encodeURIComponent(secret)}`, { 'x-echo': 'x' }),
  respond(500, `<html>${secret}</html>`),
  respond(429, secret, { 'retry-after': '1' }),
  {
    ...failWith('tls'),
    message: `getaddrinfo failed for https://x/${encodeURIComponent(secret)}`,
  } as TransportResult,
];

const leaky = (secret: string): Provider =>
  plainProvider(
    {},
    {
      secrets: { token: secret },
      monitors: { nightly: 'an-id' },
      toRequest: (ping, { secrets }) => ({
        method: 'POST',
        url: `https://plain.example/${encodeURIComponent(secrets['token'] ?? '')}`,
        headers: { authorization: secrets['token'] ?? '' },
        body: ping.id,
      }),
      interpret: (response) => {
        if (response.status === 500) throw new Error(`cannot read ${response.body}`);
        if (response.status === 404)
          return {
            status: 'rejected',
            reason: 'unknown-monitor',
            message: response.body,
            misconfigured: true,
            response: response.body,
          };
        return {
          status: response.status < 300 ? 'accepted' : 'rejected',
          message: `said ${response.body}`,
          response: response.body,
        };
      },
    },
  );

describe('a configured secret', () => {
  it('appears in no log, error, event, stat, outcome or diagnostic, on any path', async () => {
    await fc.assert(
      fc.asyncProperty(
        secretText,
        fc.nat(6),
        fc.constantFrom('ping', 'run', 'alert', 'function-secret'),
        async (secret, which, how) => {
          const out: unknown[] = [];
          const hear = (message: unknown): void => void out.push(message);
          subscribe('lubdub:ping', hear);
          subscribe('lubdub:outcome', hear);
          const clock = createManualClock();
          const transport = createRecordingTransport(() => answers(secret)[which]);
          const provider = leaky(secret);
          const heartbeat = createHeartbeat({
            provider:
              how === 'function-secret'
                ? { ...provider, secrets: { token: async () => secret } }
                : provider,
            clock,
            transport,
            captureErrors: 'stack',
            retry: { maxAttempts: 2 },
            logger: { warn: hear, error: hear },
          });
          for (const name of eventNames) heartbeat.on(name, hear);
          if (how === 'function-secret') {
            heartbeat.run('first', () => 1);
            await clock.settle();
          }
          const pinged = heartbeat
            .ping('nightly', { state: 'fail', message: `it said ${secret}` })
            .then((outcome) => {
              try {
                outcome.orThrow();
              } catch (error) {
                hear(error);
              }
              hear(outcome);
            }, hear);
          try {
            heartbeat.run('nightly', () => {
              throw new Error(`refused: ${secret}`);
            });
          } catch {
            // The job's own error is the job's own.
          }
          const alerted = heartbeat.alert('target', { title: secret }).then(hear, hear);
          const checked = Promise.all([
            heartbeat.verify().then(hear, hear),
            heartbeat.ready().then(hear, hear),
          ]);
          await clock.advance(40_000);
          await Promise.all([pinged, alerted, checked]);
          hear(heartbeat.stats());
          unsubscribe('lubdub:ping', hear);
          unsubscribe('lubdub:outcome', hear);
          expect(out.length).toBeGreaterThan(5);
          const escaped = inspect(secret).slice(1, -1);
          for (const one of out) {
            const text = shown(one);
            for (const form of [
              secret,
              escaped,
              encodeURIComponent(secret),
              JSON.stringify(secret).slice(1, -1),
            ])
              expect(text).not.toContain(form);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
