import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { deadMansSnitch } from './dead-mans-snitch.ts';

const sample = {
  provider: () => deadMansSnitch({ monitors: { 'nightly-backup': 'c2354d53d2' } }),
  goodStatus: 202,
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('dead-mans-snitch', () => {
  it('says a fail with a status other than 0, whatever the exit code', () => {
    const url = (fields: object) =>
      sample.provider().toRequest(samplePing('fail', fields), sampleContext(sample)).url;
    expect(url({})).toMatch(/\?s=1$/u);
    expect(url({ exitCode: 0 })).toMatch(/\?s=1$/u);
    expect(url({ exitCode: 3 })).toMatch(/\?s=3$/u);
  });
});
