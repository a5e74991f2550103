import pg from 'pg';

/** Where the tests' PostgreSQL is. */
export const databaseUrl: string =
  process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Bound for a server that never answers, in milliseconds: one that is not there refuses at once. */
const patienceMs = 60_000;

const run = async (sql: string): Promise<void> => {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: patienceMs,
  });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/** Does it answer? */
export const postgresAnswers: boolean = await run('select 1').then(
  () => true,
  () => false,
);

/** Runs one statement, for cleaning up. */
export const sql: (statement: string) => Promise<void> = run;
