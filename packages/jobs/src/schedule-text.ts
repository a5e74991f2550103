import type { MonitorDeclaration } from '@lubdub/core';

const fieldBegin =
  /^(?:[\d*?]|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:$|[-,/#]))/iu;

/** Is this a cron expression of five or six fields? Not the words of a human interval ("three minutes and five seconds"). */
export const isCron = (text: string): boolean => {
  const fields = text.trim().split(/\s+/u);
  return (
    (fields.length === 5 || fields.length === 6) && fields.every((field) => fieldBegin.test(field))
  );
};

/** The time zone that a runner without one of its own uses. */
export const localTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A cron expression with its zone as a declaration; undefined for anything else. */
export const cronSchedule = (
  expression: unknown,
  timezone: unknown,
): MonitorDeclaration | undefined => {
  if (typeof expression !== 'string' || !isCron(expression)) return undefined;
  return {
    schedule: expression.trim(),
    timezone: typeof timezone === 'string' && timezone !== '' ? timezone : localTimezone(),
  };
};
