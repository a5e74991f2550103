import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

import type { EvaluationContext } from '../evaluate/apply.ts';
import type { MonitorCache } from './monitor-cache.ts';
import type { Executor } from './schema.ts';
import type { StoreEvent } from './store.ts';

/** Types of columns as both databases know them. */
export type ColumnType = 'text' | 'bigint' | 'double precision';

/** What the parts of the store share. */
export interface StoreContext {
  readonly kind: 'sqlite' | 'postgres';
  /** Runs one writer at a time on SQLite. */
  readonly write: Executor;
  /** Never waits for a writer. */
  readonly read: Executor;
  readonly evaluation: EvaluationContext;
  /** `null` where other processes write, too. */
  readonly cache: MonitorCache | null;
  readonly publish: (events: readonly StoreEvent[]) => void;
}

/** Rows that one statement is run with, one after the other; the SQLite connection knows what to do with it. */
export class RowBatch {
  readonly rows: readonly (readonly unknown[])[];

  constructor(rows: readonly (readonly unknown[])[]) {
    this.rows = rows;
  }
}

/**
 * Many rows as the source of one statement. PostgreSQL gets them as one JSON parameter and one round trip. SQLite, which is
 * called and not sent to, runs the prepared statement for each row: that is several times faster than its JSON functions.
 */
export const manyRows = (
  kind: StoreContext['kind'],
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly object[],
): RawBuilder<unknown> => {
  const names = Object.entries(columns);
  if (kind === 'postgres') {
    const list = names.map(([name, type]) => `${name} ${type}`).join(', ');
    return sql`(select * from json_to_recordset(cast(${JSON.stringify(rows)} as json)) as rows(${sql.raw(list)}))`;
  }
  const [first, ...others] = names.map(([name]) => name);
  const rest = others.map((name) => `, ? as ${name}`).join('');
  const batch = toBatch(Object.keys(columns), rows);
  return sql`(select ${batch} as ${sql.raw(`${first ?? ''}${rest}`)})`;
};

/**
 * An INSERT of many rows, ready for `on conflict`. SQLite gets plain VALUES, which cost it less than a subquery, and no column
 * that is null in every row, because each value handed to it costs; PostgreSQL what {@link manyRows} makes.
 */
export const insertInto = (
  kind: StoreContext['kind'],
  table: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly object[],
): RawBuilder<unknown> => {
  const all = Object.keys(columns);
  if (kind === 'postgres') {
    const names = sql.raw(all.join(', '));
    return sql`insert into ${sql.raw(table)} (${names})
      select ${names} from ${manyRows(kind, columns, rows)} as fresh where true`;
  }
  const records = rows as readonly Readonly<Record<string, unknown>>[];
  const names = all.filter((name) => records.some((row) => (row[name] ?? null) !== null));
  const rest = ', ?'.repeat(names.length - 1);
  return sql`insert into ${sql.raw(table)} (${sql.raw(names.join(', '))})
    values (${toBatch(names, rows)}${sql.raw(rest)})`;
};

/** The first placeholder of a statement stands for the whole batch; the others are filled from it. */
export const toBatch = (names: readonly string[], rows: readonly object[]): RowBatch =>
  new RowBatch(
    (rows as readonly Readonly<Record<string, unknown>>[]).map((row) =>
      names.map((name) => row[name] ?? null),
    ),
  );

/** A subquery of values, for `column in (…)`. */
export const jsonValues = (
  kind: StoreContext['kind'],
  values: readonly string[],
): RawBuilder<unknown> =>
  kind === 'sqlite'
    ? sql`(select value from json_each(${JSON.stringify(values)}))`
    : sql`(select value from json_array_elements_text(cast(${JSON.stringify(values)} as json)))`;

/** Ends a SELECT that takes rows for itself; another process skips them. SQLite has one writer anyway. */
export const skipLocked = (kind: StoreContext['kind']): RawBuilder<unknown> =>
  kind === 'postgres' ? sql`for update skip locked` : sql``;

/** Ends a SELECT whose rows are changed later in the transaction. */
export const forUpdate = (kind: StoreContext['kind']): RawBuilder<unknown> =>
  kind === 'postgres' ? sql`for update` : sql``;
