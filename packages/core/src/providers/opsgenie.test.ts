import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { opsgenie } from './opsgenie.ts';

const sample = {
  provider: () => opsgenie({ apiKey: 'genie-1' }),
  secrets: { apiKey: 'genie-1' },
  goodStatus: 202,
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('opsgenie', () => {
  it('says when the service ends', () => {
    expect(sample.provider().notes?.join()).toMatch(/5 April 2027/u);
  });
});
