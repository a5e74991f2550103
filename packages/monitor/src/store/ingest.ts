import { sql } from 'kysely';

import { applyPing } from '../evaluate/apply.ts';
import type { Machine } from '../evaluate/machine.ts';
import type { StoredPing } from '../model.ts';
import type { ColumnType, StoreContext } from './context.ts';
import { forUpdate, insertInto, jsonValues } from './context.ts';
import { createMonitors } from './create-monitors.ts';
import type { Target } from './monitor-cache.ts';
import { pingColumns, toDefinition, toMachine } from './rows.ts';
import type { Executor, MonitorRow } from './schema.ts';
import type { IngestItem, IngestResult, MonitorReference, StoreEvent } from './store.ts';
import { addToRollup, addTransition, createChanges } from './changes.ts';
import { writeChanges } from './write-changes.ts';

/** What a transaction over a group of pings came to. */
export interface GroupResult {
  readonly results: readonly IngestResult[];
  readonly events: readonly StoreEvent[];
}

/** Stores a group of pings and applies them, all in one transaction. */
export const ingestGroup = async (
  context: StoreContext,
  items: readonly IngestItem[],
): Promise<GroupResult> => {
  try {
    return await context.write.transaction().execute((db) => ingestInto(context, db, items));
  } catch (error) {
    // it may know what was never stored
    context.cache?.clear();
    throw error;
  }
};

const ingestInto = async (
  context: StoreContext,
  db: Executor,
  items: readonly IngestItem[],
): Promise<GroupResult> => {
  const nowMs = items.reduce((latest, item) => Math.max(latest, item.ping.receivedMs), 0);
  const created = await createMonitors(context, db, items, nowMs);
  const targets = await loadTargets(context, db, items);
  const found = items.map((item) => targets.get(nameOf(item.monitor)));
  const fresh = await insertPings(context, db, items, found);
  const changes = createChanges();
  const events: StoreEvent[] = [];
  // within a group pings of one monitor are applied in the order in which they happened
  const order = items.map((_, index) => index);
  order.sort((a, b) => timeOf(items[a]) - timeOf(items[b]) || a - b);
  for (const index of order) {
    const target = found[index];
    const item = items[index];
    if (target === undefined || item === undefined || !fresh.has(index)) continue;
    const before = target.machine;
    const transition = applyPing(target.monitor, before, item.ping, context.evaluation);
    target.machine = transition.machine;
    addTransition(changes, target.monitor, before, transition, nowMs);
    const ping: StoredPing = { ...item.ping, monitorId: target.monitor.id };
    addToRollup(changes, ping, durationOf(ping, before));
    events.push({ type: 'ping', monitorKey: target.monitor.key, ping });
  }
  for (const flip of changes.flips)
    events.push({ type: 'flip', monitorKey: flip.monitorKey, flip });
  await writeChanges(context, db, changes, nowMs);
  const results = items.map((item, index): IngestResult => {
    const target = found[index];
    if (target === undefined) return { status: 'unknown-monitor', monitor: null, created: false };
    const status = !fresh.has(index)
      ? 'duplicate'
      : target.machine.health === 'paused'
        ? 'paused'
        : 'accepted';
    return { status, monitor: target.monitor, created: created.has(item.monitor.value) };
  });
  return { results, events };
};

const timeOf = (item: IngestItem | undefined): number =>
  item === undefined ? 0 : Math.min(item.ping.timestampMs, item.ping.receivedMs);

const durationOf = (ping: StoredPing, before: Machine): number | null => {
  if (ping.state === 'start' || ping.state === 'log') return null;
  if (ping.durationMs !== undefined) return ping.durationMs;
  const open = before.openRuns.find((run) => run.runId === (ping.runId ?? ''));
  return open === undefined ? null : Math.max(0, ping.timestampMs - open.startedMs);
};

const nameOf = (reference: MonitorReference): string => `${reference.by} ${reference.value}`;

const referenceColumns = { key: 'key', id: 'id', token: 'ping_token' } as const;

/** Every monitor that the items name; where there is no cache, its row is held until the end of the transaction. */
const loadTargets = async (
  context: StoreContext,
  db: Executor,
  items: readonly IngestItem[],
): Promise<ReadonlyMap<string, Target>> => {
  const { cache } = context;
  await cache?.validate(db);
  const targets = new Map<string, Target>();
  const missing = new Map<string, MonitorReference>();
  for (const { monitor } of items) {
    const name = nameOf(monitor);
    const known = cache?.get(monitor);
    if (known === undefined) missing.set(name, monitor);
    else targets.set(name, known);
  }
  for (const row of await readRows(context, db, [...missing.values()])) {
    const target: Target = { monitor: toDefinition(row), machine: toMachine(row) };
    cache?.add(target);
    targets.set(`key ${row.key}`, target);
    targets.set(`id ${row.id}`, target);
    targets.set(`token ${row.ping_token}`, target);
  }
  return targets;
};

const readRows = async (
  context: StoreContext,
  db: Executor,
  references: readonly MonitorReference[],
): Promise<readonly MonitorRow[]> => {
  const conditions = [];
  for (const by of ['key', 'id', 'token'] as const) {
    const values = references.filter((reference) => reference.by === by);
    if (values.length === 0) continue;
    const list = jsonValues(
      context.kind,
      values.map(({ value }) => value),
    );
    conditions.push(sql`${sql.ref(referenceColumns[by])} in ${list}`);
  }
  if (conditions.length === 0) return [];
  // always locked in the same order, or two processes would wait for each other
  const rows = await sql<MonitorRow>`select * from monitors where ${sql.join(conditions, sql` or `)}
    order by id ${forUpdate(context.kind)}`.execute(db);
  return rows.rows;
};

const pingTypes: Readonly<Record<string, ColumnType>> = {
  monitor_id: 'text',
  ping_id: 'text',
  state: 'text',
  timestamp_ms: 'bigint',
  received_ms: 'bigint',
  dialect: 'text',
  run_id: 'text',
  duration_ms: 'double precision',
  message: 'text',
  exit_code: 'bigint',
  count: 'bigint',
  reason: 'text',
  host: 'text',
  environment: 'text',
  extra_json: 'text',
};

/** @returns the indexes of the items that were not stored before. */
const insertPings = async (
  context: StoreContext,
  db: Executor,
  items: readonly IngestItem[],
  found: readonly (Target | undefined)[],
): Promise<ReadonlySet<number>> => {
  const first = new Map<string, number>();
  const rows: object[] = [];
  for (const [index, item] of items.entries()) {
    const target = found[index];
    if (target === undefined) continue;
    const name = `${target.monitor.id} ${item.ping.id}`;
    if (first.has(name)) continue;
    first.set(name, index);
    rows.push(pingColumns({ ...item.ping, monitorId: target.monitor.id }));
  }
  if (rows.length === 0) return new Set();
  const stored = await storePings(context, db, rows);
  const fresh = new Set<number>();
  let row = 0;
  for (const [name, index] of first) {
    if (stored(name, row)) fresh.add(index);
    row += 1;
  }
  return fresh;
};

/** @returns whether a row, by the name and the place it had, was stored now. */
const storePings = async (
  context: StoreContext,
  db: Executor,
  rows: readonly object[],
): Promise<(name: string, row: number) => boolean> => {
  const insert = sql`${insertInto(context.kind, 'pings', pingTypes, rows)}
    on conflict (monitor_id, ping_id) do nothing`;
  if (context.kind === 'sqlite') {
    // its count of changes costs a tenth of reading a row back
    const { rows: counts } = await sql<{ changes: number }>`${insert}`.execute(db);
    return (_name, row) => counts[row]?.changes === 1;
  }
  const returned = await sql<{ monitor_id: string; ping_id: string }>`
    ${insert} returning monitor_id, ping_id`.execute(db);
  const stored = new Set(returned.rows.map((row) => `${row.monitor_id} ${row.ping_id}`));
  return (name) => stored.has(name);
};
