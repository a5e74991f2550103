import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { opshift } from './opshift.ts';

const secret = '0123456789abcdef'.repeat(4);
const sample = {
  provider: () =>
    opshift({
      secret,
      monitors: { 'nightly-backup': 'tok-1' },
      alerts: { 'deploy-failures': 'wh-1' },
    }),
  secrets: { secret },
  goodBody:
    '{"message":"ok","monitor":{"name":"n","status":"up","monitoringActive":true},"pingStatus":"up"}',
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('opshift', () => {
  const answer = (status: number, body: unknown) => ({
    status,
    headers: {},
    body: JSON.stringify(body),
  });
  const provider = sample.provider();

  it('signs with another secret when it is rotated', () => {
    const before = provider.toRequest(samplePing('success'), sampleContext(sample));
    const after = provider.toRequest(
      samplePing('success'),
      sampleContext(sample, { secrets: { secret: 'f'.repeat(64) } }),
    );
    expect(after.headers?.['x-webhook-signature']).toMatch(/^[0-9a-f]{64}$/u);
    expect(after.headers?.['x-webhook-signature']).not.toBe(
      before.headers?.['x-webhook-signature'],
    );
  });

  it('hands out the typed answer and does not believe the opposite of what it said', () => {
    const said = (pingStatus: string) => ({
      message: 'ok',
      monitor: { name: 'n', status: 'down', monitoringActive: true },
      pingStatus,
    });
    const down = provider.interpret(answer(200, said('down')), samplePing('fail'));
    expect(down).toMatchObject({ status: 'accepted', response: { pingStatus: 'down' } });
    expect(provider.interpret(answer(200, said('up')), samplePing('fail')).status).toBe(
      'unverified',
    );
  });

  it('names what each error status means and keeps the message', () => {
    const read = (status: number) =>
      provider.interpret(answer(status, { error: 'why' }), samplePing('success'));
    expect(read(401)).toMatchObject({
      status: 'rejected',
      reason: 'bad-signature',
      message: 'why',
      misconfigured: true,
    });
    expect(read(403)).toMatchObject({ status: 'rejected', reason: 'subscription' });
    expect(read(404)).toMatchObject({ status: 'rejected', reason: 'unknown-or-paused' });
    expect(read(404).misconfigured).toBeUndefined();
    expect(read(429)).toMatchObject({ status: 'rate-limited', message: 'why' });
  });

  it('holds an alert to the limits before it is sent', () => {
    const check = (fields: object) => provider.alert?.check({ title: 't', ...fields });
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 11; level += 1) deep = { deep };
    expect(check({ title: 'x'.repeat(201) })).toMatch(/title/u);
    expect(check({ description: 'x'.repeat(2_001) })).toMatch(/description/u);
    expect(check({ severity: 'sev5' })).toMatch(/severity/u);
    expect(check({ groupKey: 'x'.repeat(201) })).toMatch(/groupKey/u);
    expect(check({ metadata: { text: 'x'.repeat(102_400) } })).toMatch(/metadata/u);
    expect(check({ metadata: deep })).toMatch(/metadata/u);
    expect(check({ metadata: { a: { b: 1 } }, severity: 'sev0' })).toBeUndefined();
  });

  it('types what became of an alert', () => {
    const read = (body: object) => provider.alert?.interpret(answer(200, body)).result;
    expect(
      read({
        alertId: null,
        status: 'filtered',
        message: 'm',
        occurrenceCount: null,
        reason: 'muted',
      }),
    ).toEqual({
      status: 'filtered',
      alertId: null,
      message: 'm',
      occurrenceCount: null,
      reason: 'muted',
    });
    expect(
      read({ alertId: 'a', status: 'occurrence_added', message: 'm', occurrenceCount: 3 }),
    ).toMatchObject({
      status: 'occurrence-added',
      occurrenceCount: 3,
    });
  });

  it('refuses a secret of another length without showing it', () => {
    expect(() => opshift({ secret: 'abcdefabcdef' })).toThrow(
      /"secret" got 12 characters \(masked\).*64 hexadecimal/u,
    );
    expect(() => opshift({ secret: [secret, 'abcdefabcdef'] })).toThrow(/masked/u);
    expect(() => opshift({ secret: [] })).toThrow(/empty list/u);
    expect(() => opshift({ secret: () => 'later' })).not.toThrow();
  });
});
