/** When failed attempts are made again. All optional; the defaults are in {@link defaultRetry}. */
export interface RetryOptions {
  /** Cap of the first wait, milliseconds; doubles with each attempt. Default 500. */
  readonly baseMs: number;
  /** Cap of any wait, milliseconds. Default 60,000. */
  readonly maxMs: number;
  /** Attempts for one ping before it is given up; probes of a service that is down do not count. Default 20. */
  readonly maxAttempts: number;
  /** A ping that is older is given up, milliseconds. Default 86,400,000 (a day). */
  readonly deadlineMs: number;
  /** A longer `Retry-After` is cut to this, milliseconds. Default 3,600,000 (an hour). */
  readonly maxRetryAfterMs: number;
}

/** The defaults of `retry`. */
export const defaultRetry: RetryOptions = {
  baseMs: 500,
  maxMs: 60_000,
  maxAttempts: 20,
  deadlineMs: 86_400_000,
  maxRetryAfterMs: 3_600_000,
};

/** Exponential backoff with full jitter: anything between 0 and the cap of that attempt (1 for the first failure). */
export const backoffMs = (attempt: number, retry: RetryOptions, random: () => number): number =>
  random() * Math.min(retry.maxMs, retry.baseMs * 2 ** Math.min(attempt - 1, 30));

const months = 'janfebmaraprmayjunjulaugsepoctnovdec';
const clockTime = String.raw`(?<hours>\d{2}):(?<minutes>\d{2}):(?<seconds>\d{2})`;
const dateForms: readonly RegExp[] = [
  // IMF-fixdate and the obsolete form of RFC 850, which has a year of two digits.
  new RegExp(
    `^[a-z]+, (?<day>\\d{2})[ -](?<month>[a-z]{3})[ -](?<year>\\d{2}|\\d{4}) ${clockTime} gmt$`,
    'iu',
  ),
  // The obsolete form of C's asctime, which is GMT without saying so.
  new RegExp(`^[a-z]{3} (?<month>[a-z]{3}) +(?<day>\\d{1,2}) ${clockTime} (?<year>\\d{4})$`, 'iu'),
];
const fiftyYearsMs = 50 * 365.25 * 86_400_000;

/** An HTTP date in any of the three forms of RFC 9110 section 5.6.7, as milliseconds since the epoch; undefined for all else. */
const httpDateMs = (text: string, nowMs: number): number | undefined => {
  const found = dateForms.map((form) => form.exec(text.trim())).find((match) => match !== null);
  const { day, month = '', year = '', hours, minutes, seconds } = found?.groups ?? {};
  const at = months.indexOf(month.toLowerCase()) / 3;
  if (found === undefined || !Number.isInteger(at)) return undefined;
  const inYear = (full: number): number =>
    Date.UTC(full, at, Number(day), Number(hours), Number(minutes), Number(seconds));
  const century = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100;
  const inFull = year.length === 4 ? Number(year) : century + Number(year);
  const date = inYear(inFull);
  // A year of two digits that seems more than 50 years ahead is one of the past.
  return year.length === 2 && date - nowMs > fiftyYearsMs ? inYear(inFull - 100) : date;
};

const digits = /^\s*\d{1,10}\s*$/u;

/**
 * Reads a `Retry-After` header, seconds or an HTTP date (RFC 9110 section 10.2.3). Returns milliseconds from now, cut to
 * `maxMs`, or undefined when there is none or it makes no sense. A date in the past is 0.
 */
export const retryAfterMs = (
  header: string | undefined,
  nowMs: number,
  maxMs: number,
): number | undefined => {
  if (header === undefined) return undefined;
  if (digits.test(header)) return Math.min(Number(header) * 1_000, maxMs);
  const date = httpDateMs(header, nowMs);
  return date === undefined ? undefined : Math.min(Math.max(date - nowMs, 0), maxMs);
};
