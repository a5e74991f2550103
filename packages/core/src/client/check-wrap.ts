import { describeValue, LubdubError } from '../errors.ts';
import { assertKey } from '../ping/key.ts';
import type { WrapOptions } from '../run/run-options.ts';
import { checkWrapOptions } from './options.ts';

/**
 * Checks what `wrap` is given, for adapters that wrap before there is a client.
 *
 * @throws LubdubError `ERR_LUBDUB_INVALID_KEY` for a key that is neither a function nor a good key,
 * `ERR_LUBDUB_NOT_A_FUNCTION` for a job that cannot be called, or the option's error.
 */
export const checkWrap = (key: unknown, job: unknown, options?: WrapOptions): void => {
  if (typeof key !== 'function') assertKey(key);
  if (typeof job !== 'function') {
    throw new LubdubError(
      'ERR_LUBDUB_NOT_A_FUNCTION',
      `wrap(${typeof key === 'function' ? 'key' : describeValue(key)}, …) got ${describeValue(job)}; it takes the function to monitor.`,
      { option: 'job' },
    );
  }
  checkWrapOptions(options);
};
