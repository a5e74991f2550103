import type { Html } from './html.ts';
import { html } from './html.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in at most two units: `840 ms`, `2.4 s`, `1 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export const shortDuration = (durationMs: number): string => {
  const ms = Math.max(0, durationMs);
  if (ms < second) return `${ms > 0 && ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 10 * second) return `${Math.round(ms / 100) / 10} s`;
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return twoUnits(ms, minute, 'min', second, 's');
  if (ms < day) return twoUnits(ms, hour, 'h', minute, 'min');
  return twoUnits(ms, day, 'd', hour, 'h');
};

const twoUnits = (
  ms: number,
  largeMs: number,
  large: string,
  smallMs: number,
  small: string,
): string => {
  const rest = Math.floor((ms % largeMs) / smallMs);
  const head = `${Math.floor(ms / largeMs)} ${large}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
};

/** How far a moment is away, in one unit: `just now`, `5 min ago`, `in 3 h`. */
export const relativeTime = (timeMs: number, nowMs: number): string => {
  const awayMs = Math.abs(timeMs - nowMs);
  if (awayMs < 5 * second) return timeMs > nowMs ? 'in a moment' : 'just now';
  const text = oneUnit(awayMs);
  return timeMs > nowMs ? `in ${text}` : `${text} ago`;
};

const oneUnit = (ms: number): string => {
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / day)} d`;
};

/** A moment in UTC to the second: `2026-01-31 09:05:00 UTC`. */
export const utcTime = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A moment as `5 min ago`, which the script keeps true and gives the exact time as a tooltip. A dash for none. */
export const ago = (timeMs: number | null, nowMs: number): Html =>
  timeMs === null
    ? html`<span class="none">–</span>`
    : html`<time datetime="${new Date(timeMs).toISOString()}" data-relative
        >${relativeTime(timeMs, nowMs)}</time
      >`;

/** When something is expected: `in 5 min`, or `5 min overdue`. A dash for none. */
export const due = (timeMs: number | null, nowMs: number): Html =>
  timeMs === null
    ? html`<span class="none">–</span>`
    : html`<time
        datetime="${new Date(timeMs).toISOString()}"
        data-relative="due"
        ${timeMs <= nowMs && html` class="overdue"`}
        >${timeMs > nowMs ? relativeTime(timeMs, nowMs) : overdue(nowMs - timeMs)}</time
      >`;

/** How late something is, in one unit: `due now`, `5 min overdue`. */
const overdue = (lateMs: number): string =>
  lateMs < 5 * second ? 'due now' : `${oneUnit(lateMs)} overdue`;

/** A moment as date and time; the page shows it in the reader's own time zone. A dash for none. */
export const at = (timeMs: number | null): Html =>
  timeMs === null
    ? html`<span class="none">–</span>`
    : html`<time datetime="${new Date(timeMs).toISOString()}" data-local>${utcTime(timeMs)}</time>`;

/** A share of 0 to 1 as a percentage that says 100 only when it is: `99.98%`. A dash for none. */
export const percent = (share: number | null): string => {
  if (share === null) return '–';
  if (share >= 1) return '100%';
  const value = Math.floor(share * 10_000) / 100;
  return value >= 99 ? `${value.toFixed(2)}%` : `${value.toFixed(1)}%`;
};

/** A count with thousands apart: `12,345`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** A count where there is little room: `12.3k`, `4.5M`. */
export const shortCount = (value: number): string => {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${Math.floor(value / 100) / 10}k`;
  return `${Math.floor(value / 100_000) / 10}M`;
};

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes in powers of 1,000: `512 B`, `1.2 MB`. */
export const bytes = (value: number): string => {
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < byteUnits.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : Math.round(size * 10) / 10} ${byteUnits[unit]}`;
};

/** `1 monitor`, `2 monitors`. */
export const plural = (value: number, name: string): string =>
  `${count(value)} ${name}${value === 1 ? '' : 's'}`;

/** Writes a duration the way {@link parseDuration} reads it, exactly: `5m`, `1h30m`, `1500ms`. Empty for none. */
export const writeDuration = (durationMs: number | null): string => {
  if (durationMs === null) return '';
  if (durationMs === 0) return '0s';
  let rest = durationMs;
  let text = '';
  for (const [unit, unitMs] of inputUnits) {
    const whole = Math.floor(rest / unitMs);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * unitMs;
  }
  return text;
};

const inputUnits = [
  ['d', day],
  ['h', hour],
  ['m', minute],
  ['s', second],
  ['ms', 1],
] as const;

const spellings: Readonly<Record<string, number>> = {
  ms: 1,
  s: second,
  sec: second,
  second: second,
  seconds: second,
  m: minute,
  min: minute,
  minute: minute,
  minutes: minute,
  h: hour,
  hour: hour,
  hours: hour,
  d: day,
  day: day,
  days: day,
  w: 7 * day,
  week: 7 * day,
  weeks: 7 * day,
};

/** Reads what people write for a duration: `5m`, `90 s`, `1h 30min`, `2 days`. @returns milliseconds, or `null`. */
export const parseDuration = (text: string): number | null => {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]+)\s*/g),
  ];
  if (parts.length === 0) return null;
  if (parts.map(([part]) => part).join('') !== text.trim().toLowerCase()) return null;
  let totalMs = 0;
  for (const [, number, unit] of parts) {
    const unitMs = spellings[unit ?? ''];
    if (unitMs === undefined) return null;
    totalMs += Number(number) * unitMs;
  }
  return Math.round(totalMs);
};
