import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { samplePing } from '../testing/provider-samples.ts';
import { peekapi } from './peekapi.ts';

const sample = {
  provider: () => peekapi({ apiKey: 'ak_live_1' }),
  secrets: { apiKey: 'ak_live_1' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('peekapi', () => {
  const event = { method: 'GET', path: '/orders', statusCode: 200, responseTimeMs: 1.5 };
  const serialise = (fields: object, provider = sample.provider()) =>
    JSON.parse(provider.track?.serialise({ ...event, ...fields }, 0) ?? 'null') as Record<
      string,
      unknown
    > | null;

  it('cuts method, path and consumer id to what the service keeps', () => {
    const read = serialise({
      method: 'M'.repeat(20),
      path: 'p'.repeat(3_000),
      consumerId: 'c'.repeat(300),
    });
    expect(
      [read?.['method'], read?.['path'], read?.['consumer_id']].map((text) => String(text).length),
    ).toEqual([16, 2_048, 256]);
  });

  it('strips the metadata of an event over 64 KiB before anything else', () => {
    const read = serialise({ metadata: { body: 'é'.repeat(40_000) } });
    expect(read).toMatchObject({ path: '/orders' });
    expect(read).not.toHaveProperty('metadata');
    expect(serialise({ metadata: { body: 'e'.repeat(60_000) } })).toHaveProperty('metadata');
  });

  it('drops an event that is still too large', () => {
    expect(
      serialise({
        path: '\u0001'.repeat(2_048),
        method: '\u0001'.repeat(16),
        consumerId: '\u0001'.repeat(256),
      }),
    ).not.toBeNull();
    expect(serialise({ timestampMs: Number.NaN })).toBeNull();
  });

  it('writes an event as JSON.stringify would, whatever is in it', () => {
    const { track } = sample.provider();
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const size = fc.nat();
    const anything = fc.record(
      {
        method: text,
        path: text,
        statusCode: fc.integer({ min: 100, max: 599 }),
        responseTimeMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        requestSize: size,
        responseSize: size,
        timestampMs: fc.double({ min: -1e14, max: 1e14, noNaN: true }),
        consumerId: fc.option(text, { nil: undefined }),
        metadata: fc.option(fc.dictionary(text, fc.jsonValue()), { nil: undefined }),
      },
      { noNullPrototype: true },
    );
    // Several in a row, close together in time: what is remembered must not show.
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.nat(3_000))), (events) => {
        for (const [one, laterMs] of events) {
          for (const timestampMs of [one.timestampMs, one.timestampMs + laterMs]) {
            expect(track?.serialise({ ...one, timestampMs }, 0)).toBe(
              JSON.stringify({
                method: one.method,
                path: one.path,
                status_code: one.statusCode,
                response_time_ms: one.responseTimeMs,
                request_size: one.requestSize,
                response_size: one.responseSize,
                consumer_id: one.consumerId,
                timestamp: new Date(timestampMs).toISOString(),
                metadata: one.metadata,
              }),
            );
          }
        }
      }),
    );
  });

  it('hashes every consumer id when asked, and none twice', () => {
    const provider = peekapi({ apiKey: 'k', consumerId: 'hash' });
    const once = serialise({ consumerId: 'user-1' }, provider)?.['consumer_id'];
    expect(once).toMatch(/^hash_[0-9a-f]{12}$/u);
    expect(serialise({ consumerId: once }, provider)?.['consumer_id']).toBe(once);
    expect(serialise({ consumerId: 'user-1' })?.['consumer_id']).toBe('user-1');
  });

  it('tries again exactly what the service calls temporary', () => {
    const read = (status: number) =>
      sample.provider().interpret({ status, headers: {}, body: '' }, samplePing('success')).status;
    expect([429, 500, 502, 503, 504].map(read)).toEqual([
      'rate-limited',
      'unreachable',
      'unreachable',
      'unreachable',
      'unreachable',
    ]);
    expect([400, 401, 403, 408, 413, 501].map(read)).toEqual(
      Array.from({ length: 6 }, () => 'rejected'),
    );
  });

  it('refuses keys with line breaks and addresses with credentials, showing neither', () => {
    expect(() => peekapi({ apiKey: 'ak_live\r\nx: 1' })).toThrow(
      /"apiKey" got 13 characters \(masked\)/u,
    );
    expect(() =>
      peekapi({ apiKey: 'k', endpoint: 'https://user:hunter2@ingest.example.com/e' }),
    ).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
    expect(() => peekapi({ apiKey: 'k', maxEvents: 0 })).toThrow(/"maxEvents" got 0/u);
  });
});
