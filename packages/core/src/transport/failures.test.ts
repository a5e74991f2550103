import { expect, it } from 'vitest';
import { LubdubError } from '../errors.ts';
import { failureOf } from './failures.ts';

const coded = (code: string): Error => Object.assign(new Error('10.1.2.3 /secret'), { code });

it.each([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['ENODATA', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_INVALID_CHAR', 'invalid'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['EHOSTUNREACH', 'network'],
])(
  'an error with the code %s is a failure of the kind %s, and shows its code alone',
  (code, reason) => {
    expect(failureOf(coded(code), true)).toEqual({
      kind: 'failure',
      reason,
      message: `the request failed: ${code}`,
      sent: true,
    });
  },
);

it('says of a refused address which it was', () => {
  const refused = new LubdubError('ERR_LUBDUB_ADDRESS_REFUSED', 'The host "a" has one.');
  expect(failureOf(refused, false)).toMatchObject({
    reason: 'address-refused',
    message: expect.stringContaining('The host "a" has one.'),
  });
});

it.each([[null], [undefined], ['thrown'], [new Error('10.1.2.3')]])(
  'says nothing of %o, which has no code',
  (error) => {
    expect(failureOf(error, false)).toEqual({
      kind: 'failure',
      reason: 'network',
      message: 'the request failed: unknown error',
      sent: false,
    });
  },
);
