import { describe, expect, it } from 'vitest';
import { defaultClassification, type HttpRunEnd, statusPolicy } from './status-policy.ts';

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

describe('what no policy decides', () => {
  it.each([
    [200, 'sent', 'success'],
    [404, 'sent', 'success'],
    [499, 'sent', 'success'],
    [500, 'sent', 'fail'],
    [200, 'aborted', 'fail'],
    [200, 'timeout', 'fail'],
    [200, 'error', 'fail'],
  ] as const)('status %i, %s, counts as %s', (statusCode, response, classification) => {
    expect(defaultClassification(end(statusCode, response))).toBe(classification);
  });

  it('is named with what a rule may be', () => {
    expect(() => statusPolicy({ skip: ['7xx' as never] })).toThrow(
      'statuses from 100 to 599 or 1xx, 2xx, 3xx, 4xx, 5xx, aborted, timeout, error',
    );
    expect(statusPolicy({ skip: [100, 599, 'error', '5xx', '3xx', '2xx'] })(end(599))).toBe('skip');
  });
});
