import { describe, expect, it } from 'vitest';

import { createAttempts } from './attempts.ts';
import { createSeal } from './seal.ts';

describe('a seal', () => {
  it('opens what it closed, and so does another one with the same secret', () => {
    const sealed = createSeal('one').close('ld_admin_key');
    expect(createSeal('one').open(sealed)).toBe('ld_admin_key');
    expect(createSeal('two').open(sealed)).toBeNull();
    expect(sealed).not.toContain('ld_admin');
  });

  it('opens nothing that was changed in a single place', () => {
    const seal = createSeal('one');
    const bytes = Buffer.from(seal.close('a key'), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(seal.open(changed.toString('base64url'))).toBeNull();
    }
    expect(['', 'x', '%%%'].map((text) => seal.open(text))).toEqual([null, null, null]);
  });

  it('makes another token each time, good for its purpose only', () => {
    const seal = createSeal('one');
    const token = seal.mint('session-1');
    expect(token).not.toBe(seal.mint('session-1'));
    expect(seal.verify(token, 'session-1')).toBe(true);
    expect(seal.verify(token, 'session-2')).toBe(false);
    expect(createSeal('two').verify(token, 'session-1')).toBe(false);
    expect(['', '.', 'a.b', `${token}x`].some((bad) => seal.verify(bad, 'session-1'))).toBe(false);
  });
});

describe('failed sign-ins', () => {
  it('are ten a minute for an address, whatever the others do', () => {
    const attempts = createAttempts();
    for (let count = 0; count < 10; count += 1) {
      expect(attempts.mayTry('10.0.0.1', 1000)).toBe(true);
      attempts.fail('10.0.0.1', 1000);
    }
    expect(attempts.mayTry('10.0.0.1', 60_999)).toBe(false);
    expect(attempts.mayTry('10.0.0.2', 60_999)).toBe(true);
    expect(attempts.mayTry('10.0.0.1', 61_000)).toBe(true);
  });
});
