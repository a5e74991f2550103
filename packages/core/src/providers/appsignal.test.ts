import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { appsignal } from './appsignal.ts';

const sample = {
  provider: () => appsignal({ apiKey: 'push-key-1', appName: 'Orders' }),
  secrets: { apiKey: 'push-key-1' },
};
const beats = {
  provider: () => appsignal({ apiKey: 'push-key-1', appName: 'Orders', type: 'heartbeat' }),
  secrets: sample.secrets,
};

providerContract({ describe, it }, sample);
providerContract({ describe, it }, beats);
goldenVectors(sample, { heartbeats: beats });

describe('appsignal', () => {
  it('ties start and finish of a run by one digest of 16 hex digits', () => {
    const runId = '0b9c6f4e-2d1a-4c3b-8e7f-5a6d4c3b2a19';
    const digests = (['start', 'success'] as const).map((state) => {
      const { body = '' } = sample
        .provider()
        .toRequest(samplePing(state, { runId }), sampleContext(sample));
      return (JSON.parse(body) as { digest: string }).digest;
    });
    expect(digests).toEqual(['8e7f5a6d4c3b2a19', '8e7f5a6d4c3b2a19']);
  });

  it('puts one event on each line of a batch and waits 10 seconds between batches', () => {
    const pings = [samplePing('start'), samplePing('success')];
    const { batch } = sample.provider();
    const lines = batch?.toRequest(pings, () => sampleContext(sample)).body?.split('\n') ?? [];
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'start',
      'finish',
    ]);
    expect(batch?.minIntervalMs).toBe(10_000);
  });
});
