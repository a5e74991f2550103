// Shared by the benchmarks of the monitor: makes many monitors quickly, as copies of one.
import { createRequire } from 'node:module';
import { join } from 'node:path';

// what the monitor itself depends on
const ofMonitor = createRequire(new URL('../../packages/monitor/package.json', import.meta.url));

/** A database of the monitor's, past its store. */
const open = async ({ databaseUrl, dataDir }) => {
  if (databaseUrl === undefined) {
    const file = new (ofMonitor('libsql'))(join(dataDir, 'lubdub.db'));
    return {
      randomId: 'lower(hex(randomblob(12)))',
      names: () =>
        file
          .prepare('pragma table_info(monitors)')
          .all()
          .map(({ name }) => name),
      run: (sql) => file.exec(sql),
      close: () => file.close(),
    };
  }
  const client = new (ofMonitor('pg').Client)({ connectionString: databaseUrl });
  await client.connect();
  return {
    randomId: 'left(md5(random()::text), 24)',
    names: async () =>
      (await client.query('select * from monitors limit 0')).fields.map(({ name }) => name),
    run: (sql) => client.query(sql),
    close: () => client.end(),
  };
};

/**
 * Copies the monitor "job" to "job-1", "job-2" and so on. `own` has an expression over `number` for each column that is not the
 * same in every copy.
 */
export const copyMonitor = async (options, count, own = {}) => {
  const database = await open(options);
  const values = {
    id: database.randomId,
    key: `'job-' || number`,
    ping_token: `'token-' || number`,
    ...own,
  };
  const names = await database.names();
  await database.run(
    `with recursive numbers(number) as (select 1 union all select number + 1 from numbers where number < ${count})
     insert into monitors (${names.join(', ')})
     select ${names.map((name) => values[name] ?? name).join(', ')} from monitors, numbers where key = 'job'`,
  );
  await database.close();
};
