import { describe, expect, it } from 'vitest';
import { type HttpRunEnd, statusPolicy } from './status-policy.ts';

const end = (statusCode: number, response: HttpRunEnd['response'] = 'sent'): HttpRunEnd =>
  ({
    statusCode,
    response,
    headersSent: true,
    threw: false,
    error: undefined,
    result: undefined,
    args: [],
  }) as never;

describe('statusPolicy', () => {
  const classify = statusPolicy({
    fail: ['4xx', 'aborted'],
    success: [409, 'timeout'],
    skip: ['1xx', 304],
  });

  it.each([
    [200, 'sent', undefined],
    [404, 'sent', 'fail'],
    [409, 'sent', 'success'],
    [304, 'sent', 'skip'],
    [500, 'sent', undefined],
    [200, 'aborted', 'fail'],
    [409, 'aborted', 'fail'],
    [404, 'timeout', 'success'],
    [404, 'error', undefined],
  ] as const)('status %i, %s, counts as %s', (statusCode, response, classification) => {
    expect(classify(end(statusCode, response))).toBe(classification);
  });

  it.each([['6xx'], [99], [200.5], [600], [null]])('refuses the rule %j', (rule) => {
    expect(() => statusPolicy({ fail: [rule as never] })).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_INVALID_OPTION', option: 'fail' }),
    );
  });
});
