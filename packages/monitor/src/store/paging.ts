import type { Page, PageOptions } from './store.ts';

/** How many items a page has: what was asked for, within 1 to 500. */
export const pageLimit = (options: PageOptions): number =>
  Math.min(Math.max(Math.trunc(options.limit ?? 100), 1), 500);

/** Cuts rows, of which one more than wanted was read, to a page. */
export const cutPage = <Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): Page<Row> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
};

/** A cursor over rows that are ordered by a time and then by a name. */
export const timeCursor = (timeMs: number, name: string): string => `${timeMs}.${name}`;

/** Takes a cursor of {@link timeCursor} apart; `null` when it is none. */
export const readTimeCursor = (
  cursor: string | undefined,
): { readonly timeMs: number; readonly name: string } | null => {
  const match = cursor === undefined ? null : /^(-?\d{1,16})\.(.*)$/s.exec(cursor);
  return match === null ? null : { timeMs: Number(match[1]), name: match[2] ?? '' };
};
