import { randomBytes, randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { Alert, AlertResult, AlertSource, AlertStore, IncomingAlert } from './alert-store.ts';
import type { StoreContext } from './context.ts';
import { forUpdate } from './context.ts';
import { createDeliveriesPart } from './deliveries.ts';
import { cutPage, pageLimit, readTimeCursor, timeCursor } from './paging.ts';
import type { AlertSourceTable, AlertTable } from './schema.ts';

/** Makes the part of the store that is about alerts, in and out. */
export const createAlertsPart = (context: StoreContext): AlertStore => ({
  ...createDeliveriesPart(context),
  putAlertSource: async (key, minSeverity, nowMs) => {
    const token = randomBytes(24).toString('hex');
    const row = await context.write
      .insertInto('alert_sources')
      .values({ key, token, min_severity: minSeverity, created_ms: nowMs })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ min_severity: minSeverity }))
      .returningAll()
      .executeTakeFirstOrThrow();
    return toSource(row);
  },
  listAlertSources: async () => {
    const rows = await context.read
      .selectFrom('alert_sources')
      .selectAll()
      .orderBy('key')
      .execute();
    return rows.map(toSource);
  },
  findAlertSource: async (token) => {
    const row = await context.read
      .selectFrom('alert_sources')
      .selectAll()
      .where('token', '=', token)
      .executeTakeFirst();
    return row === undefined ? null : toSource(row);
  },
  raiseAlert: (source, alert, nowMs) => raiseAlert(context, source, alert, nowMs),
  resolveAlert: async (id) => {
    const rows = await context.write
      .updateTable('alerts')
      .set({ status: 'resolved' })
      .where('id', '=', id)
      .where('status', '=', 'open')
      .returning('id')
      .execute();
    for (const row of rows) context.publish([{ type: 'alert', alertId: row.id }]);
    return rows.length > 0;
  },
  listAlerts: async (query) => {
    const limit = pageLimit(query);
    let select = context.read
      .selectFrom('alerts')
      .selectAll()
      .orderBy('last_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (query.status !== undefined) select = select.where('status', '=', query.status);
    const cursor = readTimeCursor(query.cursor);
    if (cursor !== null) {
      select = select.where(
        sql<boolean>`(last_ms < ${cursor.timeMs} or (last_ms = ${cursor.timeMs} and id < ${cursor.name}))`,
      );
    }
    const page = cutPage(await select.execute(), limit, (row) => timeCursor(row.last_ms, row.id));
    return { items: page.items.map(toAlert), nextCursor: page.nextCursor };
  },
});

const toSource = (row: AlertSourceTable): AlertSource => ({
  key: row.key,
  token: row.token,
  minSeverity: row.min_severity,
  createdMs: row.created_ms,
});

const toAlert = (row: AlertTable): Alert => ({
  id: row.id,
  sourceKey: row.source_key,
  title: row.title,
  description: row.description,
  severity: row.severity,
  groupKey: row.group_key,
  metadata:
    row.metadata_json === null ? null : (JSON.parse(row.metadata_json) as Alert['metadata']),
  status: row.status,
  occurrenceCount: row.occurrence_count,
  firstMs: row.first_ms,
  lastMs: row.last_ms,
});

const raiseAlert = async (
  context: StoreContext,
  source: AlertSource,
  alert: IncomingAlert,
  nowMs: number,
): Promise<AlertResult> => {
  // sev0 is the worst, so a larger name is less severe
  if (alert.severity > source.minSeverity) return { status: 'filtered', alert: null };
  const row: AlertTable = {
    id: randomUUID(),
    source_key: source.key,
    group_key: alert.groupKey ?? null,
    title: alert.title,
    description: alert.description ?? null,
    severity: alert.severity,
    metadata_json: alert.metadata === undefined ? null : JSON.stringify(alert.metadata),
    status: 'open',
    occurrence_count: 1,
    first_ms: nowMs,
    last_ms: nowMs,
  };
  const result = await context.write.transaction().execute(async (db): Promise<AlertResult> => {
    const inserted = await sql<{ id: string }>`
      insert into alerts ${insertion(row)}
      on conflict (source_key, group_key) where group_key is not null do nothing returning id`.execute(
      db,
    );
    if (inserted.rows.length > 0) return { status: 'created', alert: toAlert(row) };
    const known = await sql<AlertTable>`select * from alerts
      where source_key = ${source.key} and group_key = ${row.group_key} ${forUpdate(context.kind)}`.execute(
      db,
    );
    const before = known.rows[0];
    if (before === undefined) throw new Error('alert vanished while it was raised');
    const after = await db
      .updateTable('alerts')
      .set({
        status: 'open',
        occurrence_count: before.occurrence_count + 1,
        last_ms: nowMs,
        title: row.title,
        description: row.description,
        severity: row.severity,
        metadata_json: row.metadata_json,
      })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return {
      status: before.status === 'resolved' ? 'reopened' : 'occurrence_added',
      alert: toAlert(after),
    };
  });
  if (result.alert !== null) context.publish([{ type: 'alert', alertId: result.alert.id }]);
  return result;
};

const insertion = (row: AlertTable) => {
  const names = Object.keys(row);
  const values = Object.values(row) as unknown[];
  return sql`(${sql.join(names.map((name) => sql.ref(name)))}) values (${sql.join(values)})`;
};
