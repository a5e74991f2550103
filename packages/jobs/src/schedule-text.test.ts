import { describe, expect, it } from 'vitest';
import { cronSchedule, isCron } from './schedule-text.ts';

describe('isCron', () => {
  it.each(['0 3 * * *', '*/5 * * * * *', '0 0 1 jan MON-FRI', '? 0 3 * * 1#2'])(
    'takes %s',
    (text) => {
      expect(isCron(text)).toBe(true);
    },
  );

  it.each([
    '3 minutes',
    'one hour and thirty five minutes',
    'two hours and five minutes',
    '',
    '* * *',
    'monday at three in the morning',
  ])('does not take %s', (text) => {
    expect(isCron(text)).toBe(false);
  });

  it('gives no schedule for what is no text', () => {
    expect(cronSchedule(new Date(), 'UTC')).toBeUndefined();
    expect(cronSchedule(undefined, undefined)).toBeUndefined();
  });
});
