import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { checkly } from './checkly.ts';

const sample = {
  provider: () =>
    checkly({ monitors: { 'nightly-backup': '3f0a9d8e-6b1c-4f2d-9a7e-1c2b3d4e5f60' } }),
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('checkly', () => {
  it('shows the host as the source, as clean header text', () => {
    const context = sampleContext(sample, { host: 'wörker 01\r\nx: y' });
    expect(sample.provider().toRequest(samplePing('success'), context).headers?.['origin']).toBe(
      'w-rker-01--x:-y',
    );
    const none = sampleContext(sample, { host: undefined });
    expect(sample.provider().toRequest(samplePing('success'), none).headers).not.toHaveProperty(
      'origin',
    );
  });
});
