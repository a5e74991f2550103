import type {
  CompiledQuery,
  DatabaseConnection,
  DatabaseIntrospector,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryCompiler,
  QueryResult,
} from 'kysely';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import Database from 'libsql';
import PromiseDatabase from 'libsql/promise';

import { RowBatch } from './context.ts';

/** The part of libsql's statement that is used; its own types are those of another package. */
interface Statement {
  readonly reader: boolean;
  all(
    parameters: readonly unknown[],
  ): Record<string, unknown>[] | Promise<Record<string, unknown>[]>;
  run(parameters: readonly unknown[]): { readonly changes: number };
}

const keptStatements = 200;

/** The part of libsql's two kinds of database that is used: one answers at once, the other by promises. */
interface SqliteFile {
  prepare(sql: string): unknown;
  exec(sql: string): unknown;
  close(): unknown;
}

/**
 * Opens a SQLite file. Reading goes through libsql's synchronous interface. Writing goes through the other one, because there a
 * COMMIT waits for the disk on a thread of libsql's, and requests are read meanwhile; running a prepared statement is
 * synchronous in both.
 */
export const openSqliteFile = (path: string, use: 'read' | 'write'): SqliteFile =>
  use === 'read' ? new Database(path) : new PromiseDatabase(path, {});

const pragmas: readonly string[] = [
  'pragma busy_timeout = 5000',
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma cache_size = -16000',
  // pages that are written again and again reach the main file once in 32 MB, not once in four
  'pragma wal_autocheckpoint = 8000',
];

/** A connection that keeps its prepared statements: preparing costs more than running. */
class LibsqlConnection implements DatabaseConnection {
  readonly #database: SqliteFile;
  readonly #statements = new Map<string, Statement>();

  constructor(database: SqliteFile) {
    this.#database = database;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#statements.get(sql) ?? (await this.#prepare(sql));
    const [first] = parameters;
    if (first instanceof RowBatch) return runBatch<R>(statement, first);
    if (statement.reader) return { rows: (await statement.all(parameters)) as R[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  }

  // oxlint-disable-next-line require-yield -- part of the interface, used by nothing here
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming is not supported on SQLite');
  }

  async #prepare(sql: string): Promise<Statement> {
    const statement = (await this.#database.prepare(sql)) as Statement;
    // statements that change the schema are run once
    if (!/^\s*(create|alter|drop|pragma)/i.test(sql)) {
      if (this.#statements.size >= keptStatements) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** A statement that returns no rows returns `changes` for each row of the batch. */
const runBatch = async <R>(statement: Statement, batch: RowBatch): Promise<QueryResult<R>> => {
  if (!statement.reader) {
    return { rows: batch.rows.map((row) => ({ changes: statement.run(row).changes })) as R[] };
  }
  const found: Record<string, unknown>[] = [];
  for (const row of batch.rows) found.push(...(await statement.all(row)));
  return { rows: found as R[] };
};

/** Hands out the one connection to one user at a time. */
class LibsqlDriver implements Driver {
  readonly #database: SqliteFile;
  readonly #connection: LibsqlConnection;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(database: SqliteFile) {
    this.#database = database;
    this.#connection = new LibsqlConnection(database);
  }

  async init(): Promise<void> {
    for (const pragma of pragmas) await this.#database.exec(pragma);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    // handed on without a gap in which a third could take it
    if (next === undefined) this.#taken = false;
    else next();
    return Promise.resolve();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(raw('begin immediate'));
  }

  async commitTransaction(): Promise<void> {
    await this.#database.exec('commit');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#database.close();
  }
}

const raw = (sql: string): CompiledQuery =>
  ({
    sql,
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
  }) as unknown as CompiledQuery;

/** Kysely on libsql. */
export const createSqliteDialect = (database: SqliteFile): Dialect => ({
  createAdapter: (): DialectAdapter => new SqliteAdapter(),
  createDriver: (): Driver => new LibsqlDriver(database),
  createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
  createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
});
