import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { steadycron } from './steadycron.ts';

const sample = {
  provider: () => steadycron({ apiKey: 'sc_ro_1', monitors: { 'nightly-backup': 'tok-1' } }),
  secrets: { apiKey: 'sc_ro_1' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample, {
  'looked up': {
    provider: () => steadycron({ apiKey: 'sc_ro_1' }),
    secrets: sample.secrets,
    target: 'tok-2',
  },
});

describe('steadycron', () => {
  const resolve = steadycron({ apiKey: 'sc_ro_1' }).resolve;
  const read = (status: number, body: unknown = {}) =>
    resolve?.interpret({ status, headers: {}, body: JSON.stringify(body) }, 'sync');

  it('looks up no key that has its token', () => {
    expect(sample.provider().resolve?.needed('nightly-backup')).toBe(false);
    expect(sample.provider().resolve?.needed('sync')).toBe(true);
    expect(sample.provider().resolve?.needed('toString')).toBe(true);
  });

  it('tells a wrong key, an ambiguous key and a wrong kind from an outage', () => {
    expect(read(404)).toMatchObject({ status: 'misconfigured', reason: 'unknown-monitor' });
    expect(read(409)).toMatchObject({ status: 'misconfigured', reason: 'ambiguous-key' });
    expect(read(200, { kind: 'http', ping_token: 't' })).toMatchObject({ reason: 'wrong-kind' });
    expect(read(200, { kind: 'heartbeat', ping_token: 't' })).toEqual({
      status: 'resolved',
      target: 't',
    });
    for (const status of [401, 403, 429, 500, 503])
      expect(read(status)).toMatchObject({ status: 'unreachable' });
  });

  it('takes no token that would leave its place in the URL', () => {
    expect(read(200, { kind: 'heartbeat', ping_token: '..' })).toMatchObject({
      status: 'unreachable',
    });
  });

  it('needs an API key or a token for every monitor', () => {
    const provider = steadycron({ monitors: { a: 'tok-a' } });
    expect(provider.checkMonitor?.('a', { id: 'tok-a' })).toBeUndefined();
    expect(provider.checkMonitor?.('b', {})).toMatch(/apiKey/u);
  });

  it('sends its own environment when the client names none', () => {
    const provider = steadycron({ apiKey: 'k', environment: 'staging' });
    const context = sampleContext(sample, { environment: undefined });
    expect(provider.toRequest(samplePing('start'), context).url).toBe(
      'https://ping.steadycron.com/tok-1/start?env=staging',
    );
  });
});
