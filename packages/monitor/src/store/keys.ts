import type { StoreContext } from './context.ts';
import type { ApiKey, KeyStore } from './key-store.ts';
import type { ApiKeyTable } from './schema.ts';

const toApiKey = (row: ApiKeyTable): ApiKey => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  createdMs: row.created_ms,
  lastUsedMs: row.last_used_ms,
});

/** The settings of the whole server. */
const createSettingsPart = (
  context: StoreContext,
): Pick<KeyStore, 'getSetting' | 'initSetting' | 'putSetting'> => ({
  getSetting: async (name) => {
    const row = await context.read
      .selectFrom('settings')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.value ?? null;
  },
  initSetting: async (name, value) => {
    await context.write
      .insertInto('settings')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const row = await context.write
      .selectFrom('settings')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return row.value;
  },
  putSetting: async (name, value) => {
    await context.write
      .insertInto('settings')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  },
});

/** Makes the part of the store that keeps hashed keys and settings. */
export const createKeysPart = (context: StoreContext): KeyStore => ({
  ...createSettingsPart(context),
  addApiKey: async (key, hash) => {
    await context.write
      .insertInto('api_keys')
      .values({
        id: key.id,
        name: key.name,
        scope: key.scope,
        hash,
        created_ms: key.createdMs,
        last_used_ms: key.lastUsedMs,
      })
      .execute();
  },
  findApiKey: async (id) => {
    const row = await context.read
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : { key: toApiKey(row), hash: row.hash };
  },
  listApiKeys: async () => {
    const rows = await context.read
      .selectFrom('api_keys')
      .selectAll()
      .orderBy('created_ms')
      .orderBy('id')
      .execute();
    return rows.map(toApiKey);
  },
  deleteApiKey: async (id) => {
    const result = await context.write
      .deleteFrom('api_keys')
      .where('id', '=', id)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});
