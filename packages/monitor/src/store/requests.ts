import { sql } from 'kysely';

import type { ColumnType, StoreContext } from './context.ts';
import { manyRows } from './context.ts';
import { percentileOf, slotOf } from './histogram.ts';
import type {
  RequestAnalytics,
  RequestEvent,
  RequestFigures,
  RequestStore,
} from './request-store.ts';
import type { RequestLatencyTable, RequestRollupTable } from './schema.ts';

const hourMs = 3_600_000;
const listed = 50;

/** Makes the part of the store that counts requests. */
export const createRequestsPart = (context: StoreContext): RequestStore => ({
  addRequests: (events) => addRequests(context, events),
  analyzeRequests: (fromMs, toMs) => analyzeRequests(context, fromMs, toMs),
});

const rollupTypes: Readonly<Record<keyof RequestRollupTable, ColumnType>> = {
  bucket_ms: 'bigint',
  method: 'text',
  path: 'text',
  status_class: 'bigint',
  consumer_id: 'text',
  count: 'bigint',
  request_bytes: 'bigint',
  response_bytes: 'bigint',
};

const latencyTypes: Readonly<Record<keyof RequestLatencyTable, ColumnType>> = {
  bucket_ms: 'bigint',
  method: 'text',
  path: 'text',
  slot: 'bigint',
  count: 'bigint',
};

const addRequests = async (
  context: StoreContext,
  events: readonly RequestEvent[],
): Promise<void> => {
  if (events.length === 0) return;
  const rollups = new Map<string, RequestRollupTable>();
  const latencies = new Map<string, RequestLatencyTable>();
  for (const event of events) count(rollups, latencies, event);
  await context.write.transaction().execute(async (db) => {
    const rollupNames = sql.raw(Object.keys(rollupTypes).join(', '));
    await sql`insert into request_rollups (${rollupNames}) select ${rollupNames}
      from ${manyRows(context.kind, rollupTypes, sorted(rollups))} as fresh where true
      on conflict (bucket_ms, method, path, status_class, consumer_id) do update set
        count = request_rollups.count + excluded.count,
        request_bytes = request_rollups.request_bytes + excluded.request_bytes,
        response_bytes = request_rollups.response_bytes + excluded.response_bytes`.execute(db);
    const latencyNames = sql.raw(Object.keys(latencyTypes).join(', '));
    await sql`insert into request_latencies (${latencyNames}) select ${latencyNames}
      from ${manyRows(context.kind, latencyTypes, sorted(latencies))} as fresh where true
      on conflict (bucket_ms, method, path, slot) do update set
        count = request_latencies.count + excluded.count`.execute(db);
  });
  context.publish([{ type: 'requests', count: events.length }]);
};

/** Two processes that change the same rows change them in the same order. */
const sorted = <Row>(rows: ReadonlyMap<string, Row>): Row[] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);

const count = (
  rollups: Map<string, RequestRollupTable>,
  latencies: Map<string, RequestLatencyTable>,
  event: RequestEvent,
): void => {
  const bucketMs = Math.floor(event.timestampMs / hourMs) * hourMs;
  const statusClass = Math.min(5, Math.max(1, Math.floor(event.statusCode / 100)));
  const { method, path } = event;
  const consumerId = event.consumerId ?? '';
  const name = JSON.stringify([bucketMs, method, path, statusClass, consumerId]);
  const rollup = rollups.get(name) ?? {
    bucket_ms: bucketMs,
    method,
    path,
    status_class: statusClass,
    consumer_id: consumerId,
    count: 0,
    request_bytes: 0,
    response_bytes: 0,
  };
  rollup.count += 1;
  rollup.request_bytes += event.requestSize;
  rollup.response_bytes += event.responseSize;
  rollups.set(name, rollup);
  const slot = slotOf(event.responseTimeMs);
  const slotName = JSON.stringify([bucketMs, method, path, slot]);
  const latency = latencies.get(slotName) ?? { bucket_ms: bucketMs, method, path, slot, count: 0 };
  latency.count += 1;
  latencies.set(slotName, latency);
};

interface Sums {
  readonly count: number;
  readonly errors: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

const sums = sql`sum(count) as "count", sum(case when status_class = 5 then count else 0 end) as "errors",
  sum(request_bytes) as "requestBytes", sum(response_bytes) as "responseBytes"`;

const analyzeRequests = async (
  context: StoreContext,
  fromMs: number,
  toMs: number,
): Promise<RequestAnalytics> => {
  const db = context.read;
  const span = sql`bucket_ms >= ${Math.floor(fromMs / hourMs) * hourMs} and bucket_ms < ${toMs}`;
  const total = await sql<Sums>`select ${sums} from request_rollups where ${span}`.execute(db);
  const routes = await sql<Sums & { method: string; path: string }>`
    select method, path, ${sums} from request_rollups where ${span}
    group by method, path order by 3 desc, path, method limit ${listed}`.execute(db);
  const classes = await sql<{ status_class: number; count: number }>`
    select status_class, sum(count) as count from request_rollups where ${span} group by status_class`.execute(
    db,
  );
  const consumers = await sql<Sums & { consumer_id: string }>`
    select consumer_id, ${sums} from request_rollups where ${span}
    group by consumer_id order by 2 desc, consumer_id limit ${listed}`.execute(db);
  const series = await sql<Sums & { bucket_ms: number }>`
    select bucket_ms, ${sums} from request_rollups where ${span} group by bucket_ms order by bucket_ms`.execute(
    db,
  );
  const slots = await sql<{ method: string; path: string; slot: number; count: number }>`
    select method, path, slot, sum(count) as count from request_latencies where ${span}
    group by method, path, slot`.execute(db);
  const { all, perRoute } = histograms(slots.rows);
  const statusClasses = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  for (const row of classes.rows) {
    statusClasses[`${row.status_class}xx` as keyof typeof statusClasses] = row.count;
  }
  return {
    total: figures(total.rows[0], all),
    routes: routes.rows.map((row) => ({
      method: row.method,
      path: row.path,
      ...figures(row, perRoute.get(`${row.method} ${row.path}`) ?? new Map()),
    })),
    statusClasses,
    consumers: consumers.rows.map((row) => ({
      consumerId: row.consumer_id === '' ? null : row.consumer_id,
      count: row.count,
      errors: row.errors,
    })),
    series: series.rows.map((row) => ({
      bucketMs: row.bucket_ms,
      count: row.count,
      errors: row.errors,
    })),
  };
};

const histograms = (
  rows: readonly { method: string; path: string; slot: number; count: number }[],
): {
  readonly all: Map<number, number>;
  readonly perRoute: Map<string, Map<number, number>>;
} => {
  const all = new Map<number, number>();
  const perRoute = new Map<string, Map<number, number>>();
  for (const row of rows) {
    const name = `${row.method} ${row.path}`;
    const route = perRoute.get(name) ?? new Map<number, number>();
    route.set(row.slot, row.count);
    perRoute.set(name, route);
    all.set(row.slot, (all.get(row.slot) ?? 0) + row.count);
  }
  return { all, perRoute };
};

const figures = (row: Sums | undefined, slots: ReadonlyMap<number, number>): RequestFigures => ({
  count: row?.count ?? 0,
  errors: row?.errors ?? 0,
  requestBytes: row?.requestBytes ?? 0,
  responseBytes: row?.responseBytes ?? 0,
  p50Ms: percentileOf(slots, 0.5),
  p95Ms: percentileOf(slots, 0.95),
  p99Ms: percentileOf(slots, 0.99),
});
