import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { cronitor } from './cronitor.ts';

const sample = {
  provider: () => cronitor({ apiKey: 'cronitor-key-1' }),
  secrets: { apiKey: 'cronitor-key-1' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample, {
  'in the EU': {
    provider: () => cronitor({ apiKey: 'cronitor-key-1', baseUrl: 'https://eu.cronitor.link' }),
    secrets: sample.secrets,
  },
});

describe('cronitor', () => {
  it('never calls a 200 accepted, because a wrong key gets one too', () => {
    const read = sample
      .provider()
      .interpret({ status: 200, headers: {}, body: '{}' }, samplePing('success'));
    expect(read.status).toBe('unverified');
    expect(sample.provider().notes?.join()).toMatch(/proves nothing/u);
  });

  it('tells when it happened, in seconds', () => {
    const url = new URL(sample.provider().toRequest(samplePing('fail'), sampleContext(sample)).url);
    expect(url.searchParams.get('stamp')).toBe('1790000000.25');
    expect(url.searchParams.get('state')).toBe('fail');
  });

  it('speaks to the European host when asked', () => {
    const provider = cronitor({ apiKey: 'k', baseUrl: 'https://eu.cronitor.link/' });
    expect(provider.toRequest(samplePing('start'), sampleContext(sample)).url).toMatch(
      /^https:\/\/eu\.cronitor\.link\/p\//u,
    );
  });
});
