import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import type { StoreOptions } from '../src/store/open-store.ts';

/** A place for one store, taken away afterwards. */
export interface TestDatabase {
  readonly options: StoreOptions;
  remove(): Promise<void>;
}

/** A folder. */
export const createFolder = (): TestDatabase & {
  readonly options: { readonly dataDir: string };
} => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubdub-store-'));
  return {
    options: { dataDir },
    remove: () => {
      rmSync(dataDir, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
};

const serverUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const withServer = async (work: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 60_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};

/** True where a PostgreSQL server answers. With `CI=true` its absence is an error instead. */
export const findPostgres = async (): Promise<boolean> => {
  try {
    await withServer((client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return false;
  }
};

/** A database of its own on the PostgreSQL server. */
export const createDatabase = async (): Promise<
  TestDatabase & { readonly options: { readonly databaseUrl: string } }
> => {
  const name = `lubdub_test_${randomBytes(6).toString('hex')}`;
  await withServer((client) => client.query(`create database ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    options: { databaseUrl: url.href },
    remove: () => withServer((client) => client.query(`drop database ${name} with (force)`)),
  };
};
