import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createHeartbeat, type Provider } from '../index.ts';
import { opshift } from '../providers/opshift.ts';
import { createManualClock, createRecordingTransport, respond } from '../testing/index.ts';
import type { Transport, TransportFailure } from '../transport/transport.ts';

const failing = (failure: Partial<TransportFailure>): { transport: Transport; sent: string[] } => {
  const sent: string[] = [];
  const transport: Transport = {
    name: 'failing',
    send(request, done) {
      sent.push(request.url);
      const result = { reason: 'refused', message: 'no', sent: false, ...failure } as const;
      queueMicrotask(() => done({ kind: 'failure', ...result }));
    },
    close: () => undefined,
  };
  return { transport, sent };
};

const alertOver = async (
  failure: Partial<TransportFailure>,
  provider: Provider = opshift({ secret: 'a'.repeat(64) }),
): Promise<number> => {
  const { transport, sent } = failing(failure);
  const clock = createManualClock();
  const heartbeat = createHeartbeat({
    provider,
    transport,
    clock,
  });
  const outcome = heartbeat.alert('deploy-failures', { title: 'It broke', severity: 'sev2' });
  await clock.advance(10_000);
  expect(await outcome).toMatchObject({
    status: 'unreachable',
    providers: [{ attempts: sent.length }],
  });
  await heartbeat.close(0);
  return sent.length;
};

/** A service whose alerts may be repeated: it knows an alert again. */
const idempotent = (): Provider => {
  const provider = opshift({ secret: 'a'.repeat(64) });
  const { alert } = provider;
  return alert === undefined ? provider : { ...provider, alert: { ...alert, idempotent: true } };
};

describe('an alert', () => {
  it('is tried three times while its bytes never left', async () => {
    expect(await alertOver({ reason: 'refused', sent: false })).toBe(3);
    expect(await alertOver({ reason: 'dns', sent: false })).toBe(3);
  });

  it('is not repeated once it may have arrived', async () => {
    expect(await alertOver({ reason: 'reset', sent: true })).toBe(1);
    expect(await alertOver({ reason: 'timeout', sent: true })).toBe(1);
  });

  it('is repeated though it may have arrived where the service knows it again', async () => {
    expect(await alertOver({ reason: 'reset', sent: true }, idempotent())).toBe(3);
    expect(await alertOver({ reason: 'timeout', sent: true }, idempotent())).toBe(3);
  });

  it('reaches a service once that takes its bytes and cuts the connection', async () => {
    let arrived = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        arrived += 1;
        socket.resetAndDestroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const heartbeat = createHeartbeat({ provider: opshift({ secret: 'a'.repeat(64), baseUrl }) });
    const outcome = await heartbeat.alert('deploys', { title: 'It broke' });
    expect(outcome).toMatchObject({ status: 'unreachable', providers: [{ attempts: 1 }] });
    await heartbeat.close(0);
    server.close();
    expect(arrived).toBe(1);
  });

  it.each([429, 500, 503, 404])('is not repeated after an answer %i', async (status) => {
    const transport = createRecordingTransport(() => respond(status, '{"error":"no"}'));
    const clock = createManualClock();
    const heartbeat = createHeartbeat({ provider: idempotent(), transport, clock });
    const outcome = heartbeat.alert('deploys', { title: 'It broke' });
    await clock.advance(10_000);
    expect(await outcome).toMatchObject({ providers: [{ attempts: 1, httpStatus: status }] });
    expect(transport.requests).toHaveLength(1);
    await heartbeat.close(0);
  });

  it('shows no webhook id, declared or given in the call: with it anybody can wake people', async () => {
    const ids = ['wh-8d1f0c5e7a', 'wh-called-by-id-77'] as const;
    const transport = createRecordingTransport((request) =>
      respond(404, JSON.stringify({ error: `no webhook ${request.url}` })),
    );
    const clock = createManualClock();
    const shown: unknown[] = [];
    const hear = (text: unknown): void => void shown.push(text);
    const heartbeat = createHeartbeat({
      provider: opshift({ secret: 'a'.repeat(64), alerts: { deploys: ids[0] } }),
      transport,
      clock,
      logger: { warn: hear, error: hear },
    });
    heartbeat.on('ping-failed', hear);
    for (const target of ['deploys', ids[1]]) {
      const outcome = heartbeat.alert(target, { title: `it broke at ${target}` });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await clock.advance(10);
      // oxlint-disable-next-line no-await-in-loop -- the same
      hear(await outcome);
    }
    expect(shown).toHaveLength(2);
    for (const id of ids) expect(inspect(shown, { depth: 10 })).not.toContain(id);
    expect(transport.requests.map(({ url }) => url.split('/').at(-1))).toEqual([...ids]);
    await heartbeat.close(0);
  });

  it('tells what the service made of it, and drops nothing that it told', async () => {
    const transport = createRecordingTransport(() =>
      respond(200, '{"alertId":"al-1","status":"created","occurrenceCount":2}'),
    );
    const clock = createManualClock();
    const heartbeat = createHeartbeat({ provider: idempotent(), transport, clock });
    const alerting = heartbeat.alert('deploys', { title: 'It broke' });
    await clock.advance(10);
    const outcome = await alerting;
    expect(outcome).toMatchObject({
      status: 'accepted',
      providers: [{ httpStatus: 200, attempts: 1, error: undefined }],
      results: [{ status: 'created', alertId: 'al-1', occurrenceCount: 2 }],
    });
    expect(outcome.orThrow()).toMatchObject({ status: 'accepted' });
    await heartbeat.close(0);
  });

  it.each([
    ['the service could never take', { title: '' }, {}, 'rejected', 'invalid', 0],
    [
      'has an answer that nobody can read',
      {},
      { interpret: () => undefined },
      'unreachable',
      'unreadable-answer',
      1,
    ],
    [
      'cannot be looked at',
      {},
      {
        check: () => {
          throw new Error('no');
        },
      },
      'rejected',
      'invalid',
      0,
    ],
  ])('that %s says so', async (_name, changed, changes, status, reason, attempts) => {
    const transport = createRecordingTransport(() => respond(200, '{}'));
    const clock = createManualClock();
    const whole = idempotent();
    const provider = { ...whole, alert: { ...whole.alert, ...changes } } as Provider;
    const heartbeat = createHeartbeat({ provider, transport, clock });
    const alerting = heartbeat.alert('deploys', { title: 'It broke', ...changed });
    await clock.advance(10);
    expect(await alerting).toMatchObject({
      status,
      providers: [{ status, reason, attempts }],
      results: [],
    });
    expect(transport.requests).toHaveLength(attempts);
    await heartbeat.close(0);
  });

  it('of a client that is closed reaches nobody, and says so when it is asked to', async () => {
    const transport = createRecordingTransport();
    const heartbeat = createHeartbeat({ provider: idempotent(), transport });
    await heartbeat.close(0);
    const outcome = await heartbeat.alert('deploys', { title: 'It broke' });
    expect(outcome.status).toBe('dropped');
    expect(() => outcome.orThrow()).toThrow('no provider takes it');
    expect(transport.requests).toEqual([]);
  });

  it('is not repeated where its address is refused', async () => {
    expect(await alertOver({ reason: 'address-refused', sent: false })).toBe(1);
  });
});
