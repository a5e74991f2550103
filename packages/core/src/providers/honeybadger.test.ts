import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { honeybadger } from './honeybadger.ts';

const sample = {
  provider: () => honeybadger({ projectKey: 'hb-key-1', reportFailures: true }),
  secrets: { projectKey: 'hb-key-1' },
};
const simple = { provider: () => honeybadger({ monitors: { 'nightly-backup': 'LxIx9K' } }) };

providerContract({ describe, it }, sample);
providerContract({ describe, it }, simple);
goldenVectors(sample, { 'successes only': simple });

describe('honeybadger', () => {
  it('sends no fail unless told that the plan takes it, because it could count as healthy', () => {
    expect(simple.provider().capabilities.states).toEqual(['success']);
    expect(simple.provider().toRequest(samplePing('success'), sampleContext(simple))).toEqual({
      method: 'GET',
      url: 'https://api.honeybadger.io/v1/check_in/LxIx9K',
    });
  });
});
