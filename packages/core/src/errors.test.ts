import { expect, it } from 'vitest';
import { describeValue, isLubdubError, LubdubError } from './errors.ts';

it('carries its code, its option, its cause and where its page is', () => {
  const cause = new Error('below');
  const error = new LubdubError('ERR_LUBDUB_INVALID_OPTION', 'No.', { option: 'retry', cause });
  expect(error).toMatchObject({ code: 'ERR_LUBDUB_INVALID_OPTION', option: 'retry', cause });
  expect(error.message).toBe(
    'No. [ERR_LUBDUB_INVALID_OPTION] https://github.com/lubdub/lubdub/blob/main/docs/errors.md#err_lubdub_invalid_option',
  );
  expect('cause' in new LubdubError('ERR_LUBDUB_CLOSED', 'No.')).toBe(false);
});

it('is known by its brand, whichever copy of the package made it', () => {
  const copy = Object.assign(new Error('no'), {
    code: 'ERR_LUBDUB_CLOSED',
    [Symbol.for('lubdub.error')]: true,
  });
  expect([isLubdubError(copy), isLubdubError(copy, 'ERR_LUBDUB_CLOSED')]).toEqual([true, true]);
  expect([isLubdubError(copy, 'ERR_LUBDUB_INVALID_KEY'), isLubdubError(new Error('no'))]).toEqual([
    false,
    false,
  ]);
  expect([isLubdubError(null), isLubdubError('ERR_LUBDUB_CLOSED')]).toEqual([false, false]);
});

it.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  [0.5, '0.5'],
  [12n, '12n'],
  ['', 'an empty string'],
  ['x'.repeat(100), `the string "${'x'.repeat(60)}"`],
  [[1, 2], 'an array of 2'],
  [() => 1, 'a function'],
  [{ secret: 'word' }, 'a value of type object'],
  [Symbol('s'), 'a value of type symbol'],
])('shows a value as its type, and itself where it is short: %o', (value, expected) => {
  expect(describeValue(value)).toBe(expected);
});
