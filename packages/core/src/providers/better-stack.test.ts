import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { betterStack } from './better-stack.ts';

const sample = { provider: () => betterStack({ monitors: { 'nightly-backup': 'bs-token-1' } }) };

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('better-stack', () => {
  it('fails with the exit code when there is one other than 0', () => {
    const url = (fields: object) =>
      sample.provider().toRequest(samplePing('fail', fields), sampleContext(sample)).url;
    expect(url({})).toMatch(/\/bs-token-1\/fail$/u);
    expect(url({ exitCode: 0 })).toMatch(/\/bs-token-1\/fail$/u);
    expect(url({ exitCode: 2 })).toMatch(/\/bs-token-1\/2$/u);
  });
});
