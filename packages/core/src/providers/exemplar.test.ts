import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { exemplar } from './exemplar.ts';

const id = '69c3a0754e257b7d18094f9a';
const sample = {
  provider: () => exemplar({ apiKey: 'token-1', monitors: { 'nightly-backup': id } }),
  secrets: { apiKey: 'token-1' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample, {
  'one monitor': {
    provider: () => exemplar({ apiKey: 'token-1', monitorId: id }),
    secrets: sample.secrets,
  },
});

describe('exemplar', () => {
  it('knows no state but success, so that a failed run never beats', () => {
    expect(sample.provider().capabilities.states).toEqual(['success']);
  });

  it('beats the one monitor of the process for keys without an entry', () => {
    const provider = exemplar({ apiKey: 'token-1', monitorId: id });
    expect(provider.checkMonitor?.('sync', {})).toBeUndefined();
    const context = sampleContext(sample, { target: 'sync', monitor: {} });
    expect(provider.toRequest(samplePing('success'), context).body).toBe(`{"monitor_id":"${id}"}`);
  });

  it('refuses a monitor id of another form when it is configured', () => {
    expect(() => exemplar({ apiKey: 'k', monitors: { sync: '42' } })).toThrow(
      /"monitors\.sync".*24 hexadecimal digits/u,
    );
    expect(() => exemplar({ apiKey: 'k', monitorId: '42' })).toThrow(/"monitorId"/u);
    expect(sample.provider().checkMonitor?.('sync', {})).toMatch(/24 hexadecimal digits/u);
  });
});
