import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { lubdub } from './lubdub.ts';

const sample = {
  provider: () => lubdub({ apiKey: 'ld_admin_1' }),
  secrets: { apiKey: 'ld_admin_1' },
  goodBody: '{"accepted":1,"duplicates":0,"rejected":[]}',
};

providerContract({ describe, it }, sample);
goldenVectors(sample, { 'on loopback, without a key': { provider: () => lubdub() } });

describe('lubdub', () => {
  it('needs no key and then sends no authorization', () => {
    const request = lubdub().toRequest(
      samplePing('success'),
      sampleContext({ provider: () => lubdub() }),
    );
    expect(request.url).toBe('http://127.0.0.1:4747/api/v1/pings');
    expect(request.headers).toEqual({ 'content-type': 'application/json' });
  });

  it('says when a batch is sent, so that the monitor can correct a wrong clock', () => {
    const { batch } = sample.provider();
    const context = sampleContext(sample, { sentMs: 5000 });
    const request = batch?.toRequest([samplePing('success'), samplePing('fail')], () => context);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ sentMs: 5000, pings: [{}, {}] });
  });

  it('tells the pings of a batch that were rejected from those that were stored', () => {
    const pings = ['a', 'b', 'c'].map((id) => samplePing('success', { id }));
    const body = JSON.stringify({
      accepted: 1,
      duplicates: 0,
      rejected: [
        { id: 'b', reason: 'unknown-monitor', message: 'no such monitor' },
        { id: 'c', reason: 'paused', message: 'paused' },
      ],
    });
    const read = lubdub().batch?.interpret({ status: 200, headers: {}, body }, pings);
    expect(
      read?.map(({ status, reason, misconfigured }) => [status, reason, misconfigured]),
    ).toEqual([
      ['accepted', undefined, undefined],
      ['rejected', 'unknown-monitor', true],
      ['rejected', 'paused', false],
    ]);
  });

  it('believes no 200 of something else that listens at its address', () => {
    const ping = samplePing('success');
    for (const body of ['<html></html>', 'OK', '[]'])
      expect(lubdub().interpret({ status: 200, headers: {}, body }, ping)).toMatchObject({
        status: 'rejected',
        reason: 'bad-answer',
        misconfigured: true,
      });
  });

  it('cuts what the monitor would refuse the whole ping for', () => {
    const long = 'x'.repeat(500);
    const context = sampleContext(sample, { environment: long, host: long });
    const { body = '' } = sample
      .provider()
      .toRequest(samplePing('fail', { groupKey: long, reason: long }), context);
    const { pings } = JSON.parse(body) as { pings: readonly Record<string, string>[] };
    const { groupKey, environment, host, reason } = pings[0] ?? {};
    expect([groupKey, environment, host, reason].map((text) => text?.length)).toEqual([
      200, 200, 255, 100,
    ]);
  });

  it('upserts the id of a declared monitor with the declared fields only', () => {
    const { upsert } = sample.provider();
    const monitor = { id: 'backup/eu', intervalMs: 60_000 };
    const request = upsert?.toRequest('backup', monitor, sampleContext(sample));
    expect(request?.url).toBe('http://127.0.0.1:4747/api/v1/monitors/backup%2Feu');
    expect(request?.body).toBe('{"intervalMs":60000}');
  });
});
