import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConsumerIdentifier } from './consumer.ts';

const identify = createConsumerIdentifier();

describe('the consumer of a request', () => {
  it('is its X-API-Key as it is', () => {
    expect(identify({ 'x-api-key': 'acme', authorization: 'Bearer 1' })).toBe('acme');
  });

  it('is else a hash of its Authorization, the same each time', () => {
    const hash = `hash_${createHash('sha256').update('Bearer 1').digest('hex').slice(0, 12)}`;
    expect(identify({ authorization: 'Bearer 1' })).toBe(hash);
    expect(identify({ authorization: 'Bearer 1' })).toBe(hash);
    expect(identify({ authorization: 'Bearer 2' })).not.toBe(hash);
  });

  it('is else nobody', () => {
    expect(identify({ 'x-api-key': '', authorization: '' })).toBeUndefined();
  });

  it('is right for more consumers than it remembers', () => {
    const ids = Array.from({ length: 2_500 }, (_, index) =>
      identify({ authorization: `Bearer ${index}` }),
    );
    expect(new Set(ids).size).toBe(2_500);
    expect(identify({ authorization: 'Bearer 0' })).toBe(ids[0]);
  });
});
