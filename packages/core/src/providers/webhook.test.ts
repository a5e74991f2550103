import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { webhook } from './webhook.ts';

const sample = {
  provider: () =>
    webhook({
      url: 'https://hooks.example.com/in/{key}?state={state}',
      headers: { Authorization: 'Bearer secret-1' },
      secret: 'signing-secret',
    }),
  secrets: { 'headers.Authorization': 'Bearer secret-1', secret: 'signing-secret' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample, {
  'a body of the user': {
    provider: () =>
      webhook({
        url: 'https://hooks.example.com/in',
        method: 'PUT',
        body: (ping, { target }) => `${target} ${ping.state}`,
        contentType: 'text/plain',
      }),
  },
});

describe('webhook', () => {
  it('signs the exact bytes it sends', () => {
    const { body = '', headers } = sample
      .provider()
      .toRequest(samplePing('fail', { message: 'é' }), sampleContext(sample));
    expect(headers?.['x-lubdub-signature']).toBe(
      createHmac('sha256', 'signing-secret').update(body).digest('hex'),
    );
  });

  it('takes a body, a content type and a prefix of your own', () => {
    const provider = webhook({
      url: 'https://hooks.example.com',
      method: 'PUT',
      body: (ping) => `state=${ping.state}`,
      contentType: 'text/plain',
      secret: 's',
      signatureHeader: 'X-Hub-Signature-256',
      signaturePrefix: 'sha256=',
    });
    const request = provider.toRequest(
      samplePing('success'),
      sampleContext(sample, { secrets: { secret: 's' } }),
    );
    expect(request).toMatchObject({
      method: 'PUT',
      body: 'state=success',
      headers: { 'content-type': 'text/plain' },
    });
    expect(request.headers?.['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/u);
  });

  it('sends only the states and carries only what it was told to', () => {
    const provider = webhook({
      url: 'https://h.example.com',
      states: ['fail'],
      capabilities: { acceptIsProof: false },
    });
    expect(provider.capabilities.states).toEqual(['fail']);
    expect(
      provider.interpret({ status: 204, headers: {}, body: '' }, samplePing('fail')).status,
    ).toBe('unverified');
  });

  it('refuses what no receiver could take, at configuration', () => {
    expect(() => webhook({ url: 'ftp://h.example.com' })).toThrow(/"url"/u);
    expect(() => webhook({ url: 'https://h.example.com/{host}' })).toThrow(/placeholder/u);
    expect(() => webhook({ url: 'https://user:pw@h.example.com' })).toThrow(/credentials/u);
    expect(() => webhook({ url: 'https://h.example.com', states: ['started' as never] })).toThrow(
      /"states"/u,
    );
    expect(() => webhook({ url: 'https://h.example.com', headers: { 'a b': 'x' } })).toThrow(
      /header name/u,
    );
    expect(() => webhook({ url: 'https://h.example.com', headers: { a: 'x\r\ny: z' } })).toThrow(
      /masked/u,
    );
  });
});
