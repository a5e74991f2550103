import { sql } from 'kysely';

import { isFailing } from '../evaluate/machine.ts';
import type { Uptime } from '../model.ts';
import type { StoreContext } from './context.ts';
import { jsonValues } from './context.ts';
import type { MonitorRow } from './schema.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const spans = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;

/** The uptime of a monitor of which nothing is known. */
export const noUptime: Uptime = { day: null, week: null, month: null };

/** Reads the failing time from the hourly counters and adds the failure that is still open. Exact to the hour. */
export const readUptimes = async (
  context: StoreContext,
  rows: readonly MonitorRow[],
  nowMs: number,
): Promise<ReadonlyMap<string, Uptime>> => {
  const uptimes = new Map<string, Uptime>();
  if (rows.length === 0) return uptimes;
  const since = (spanMs: number) => Math.floor((nowMs - spanMs) / hourMs) * hourMs;
  const found = await sql<{ monitor_id: string; day: number; week: number; month: number }>`
    select monitor_id,
      sum(case when bucket_ms >= ${since(spans.day)} then down_ms else 0 end) as day,
      sum(case when bucket_ms >= ${since(spans.week)} then down_ms else 0 end) as week,
      sum(down_ms) as month
    from rollups where span_ms = ${hourMs} and bucket_ms >= ${since(spans.month)} and monitor_id in ${jsonValues(
      context.kind,
      rows.map((row) => row.id),
    )}
    group by monitor_id`.execute(context.read);
  const downs = new Map(found.rows.map((row) => [row.monitor_id, row]));
  for (const row of rows) {
    const down = downs.get(row.id);
    uptimes.set(row.id, {
      day: share(row, nowMs, spans.day, down?.day ?? 0),
      week: share(row, nowMs, spans.week, down?.week ?? 0),
      month: share(row, nowMs, spans.month, down?.month ?? 0),
    });
  }
  return uptimes;
};

const share = (row: MonitorRow, nowMs: number, spanMs: number, closedMs: number): number | null => {
  if (row.last_ping_ms == null) return null;
  const fromMs = Math.max(nowMs - spanMs, Math.min(row.created_ms, row.last_ping_ms));
  const overdue = row.next_due_ms != null && row.next_due_ms <= nowMs;
  const failingSinceMs = isFailing(row.health)
    ? row.health_since_ms
    : overdue
      ? (row.next_due_ms ?? nowMs)
      : nowMs;
  const openMs = Math.max(0, nowMs - Math.max(failingSinceMs, fromMs));
  const knownMs = nowMs - fromMs;
  if (knownMs <= 0) return null;
  return Math.max(0, 1 - (closedMs + openMs) / knownMs);
};
