import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidV5 } from './uuid.ts';

const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('uuidV5', () => {
  it('gives the vectors of RFC 9562 and of the common implementations', () => {
    expect(uuidV5('www.example.com', dns)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
    expect(uuidV5('python.org', dns)).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('takes a name of any length and alphabet', () => {
    const references = ['ä'.repeat(200), '🫀'.repeat(400), 'x'.repeat(5_000)].map((name) => {
      const bytes = Buffer.concat([Buffer.from(dns.replaceAll('-', ''), 'hex'), Buffer.from(name)]);
      return { name, sha1: createHash('sha1').update(bytes).digest('hex') };
    });
    for (const { name, sha1 } of references)
      expect(uuidV5(name, dns).replaceAll('-', '').slice(0, 12)).toBe(sha1.slice(0, 12));
  });

  it('stays the same for the same name, since other processes continue the run', () => {
    expect(uuidV5('bull:mail:1:1700000000000')).toBe('159d7bae-9f70-52fc-9d92-d5dd69808136');
    expect(uuidV5('bull:mail:1:1700000000001')).not.toBe(uuidV5('bull:mail:1:1700000000000'));
  });
});
