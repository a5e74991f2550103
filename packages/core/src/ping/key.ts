import { describeValue, LubdubError } from '../errors.ts';

/** The longest monitor key, in characters. */
export const maxKeyLength = 256;

// eslint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;

/** What is wrong with a monitor key, or undefined when it is good: a string of 1-256 characters without control characters. */
export const keyProblem = (key: unknown): string | undefined => {
  if (typeof key !== 'string') return describeValue(key);
  if (key.length === 0) return 'an empty string';
  if (key.length > maxKeyLength) return `a string of ${key.length} characters`;
  return controlCharacters.test(key)
    ? `${JSON.stringify(key.slice(0, 60))}, which has a control character`
    : undefined;
};

/** Throws `ERR_LUBDUB_INVALID_KEY` for a key that no service could take. */
export const assertKey: (key: unknown) => asserts key is string = (key) => {
  const problem = keyProblem(key);
  if (problem !== undefined) {
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_KEY',
      `A monitor key got ${problem}; it takes a string of 1 to ${maxKeyLength} characters without control characters.`,
      { option: 'key' },
    );
  }
};
