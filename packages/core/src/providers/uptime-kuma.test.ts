import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { samplePing } from '../testing/provider-samples.ts';
import { uptimeKuma } from './uptime-kuma.ts';

const sample = {
  provider: () =>
    uptimeKuma({
      baseUrl: 'http://kuma.lan:3001/status/',
      allowPrivateNetwork: true,
      monitors: { 'nightly-backup': 'kuma-1' },
    }),
  goodBody: '{"ok":true}',
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('uptime-kuma', () => {
  const read = (status: number, body: string) =>
    sample.provider().interpret({ status, headers: {}, body }, samplePing('success'));

  it('believes the body and not the status', () => {
    expect(read(200, '{"ok":true}').status).toBe('accepted');
    expect(read(200, '{"ok":false,"msg":"Monitor not found."}')).toMatchObject({
      status: 'rejected',
      message: 'Monitor not found.',
    });
    expect(read(404, '{"ok":false,"msg":"Monitor not found or not active."}')).toMatchObject({
      status: 'rejected',
    });
    expect(read(200, '<html>hello</html>')).toMatchObject({
      status: 'rejected',
      reason: 'bad-answer',
    });
  });

  it('needs to be told where it runs and keeps a path as a prefix', () => {
    expect(() => uptimeKuma({} as never)).toThrow(/"baseUrl" got nothing/u);
    expect(sample.provider().origins).toEqual(['http://kuma.lan:3001/status']);
    expect(sample.provider().allowPrivateNetwork).toBe(true);
  });
});
