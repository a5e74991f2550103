import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { cronhub } from './cronhub.ts';

const sample = {
  provider: () =>
    cronhub({ monitors: { 'nightly-backup': '3f0a9d8e-6b1c-4f2d-9a7e-1c2b3d4e5f60' } }),
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('cronhub', () => {
  it('takes UUIDs only', () => {
    expect(() => cronhub({ monitors: { sync: 'sync' } })).toThrow(/UUID/u);
  });
});
