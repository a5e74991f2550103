const form = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/;

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
const offsetMs = (timeMs: number, timezone: string): number => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(timeMs);
  const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
  const shownMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shownMs - Math.floor(timeMs / 1000) * 1000;
};

/**
 * Reads what a field for date and time sends, `2026-01-31T09:05`, as a clock in a zone shows it. A time that the clock
 * skips is taken an hour later, of one that it shows twice the first.
 * @returns milliseconds, or `null` for what is no date
 */
export const readZonedTime = (text: string, timezone: string): number | null => {
  const [, year, month, day, hour, minute, second = '0'] = form.exec(text) ?? [];
  if (year === undefined) return null;
  const wallMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // a day that no month has would come out as one of the next
  if (new Date(wallMs).toISOString().slice(0, 16) !== text.replace(' ', 'T').slice(0, 16))
    return null;
  const dayMs = 86_400_000;
  const candidates = [offsetMs(wallMs - dayMs, timezone), offsetMs(wallMs + dayMs, timezone)].map(
    (offset) => wallMs - offset,
  );
  const fits = candidates.filter((timeMs) => timeMs + offsetMs(timeMs, timezone) === wallMs);
  return fits.length === 0 ? Math.max(...candidates) : Math.min(...fits);
};

/** A moment as a field for date and time takes it, by the clock of a zone. */
export const writeZonedTime = (timeMs: number, timezone: string): string =>
  new Date(timeMs + offsetMs(timeMs, timezone)).toISOString().slice(0, 16);
