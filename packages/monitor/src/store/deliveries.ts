import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { AlertStore, Delivery } from './alert-store.ts';
import type { StoreContext } from './context.ts';
import { skipLocked } from './context.ts';
import { cutPage, pageLimit, readTimeCursor, timeCursor } from './paging.ts';
import { toFlip } from './rows.ts';
import type { DeliveryTable, FlipTable } from './schema.ts';

const flipsPerTransaction = 500;

/** The part of the store that is about messages to channels. */
export type DeliveriesPart = Pick<
  AlertStore,
  'queueDeliveries' | 'claimDeliveries' | 'finishDelivery' | 'listDeliveries'
>;

/** Makes that part. */
export const createDeliveriesPart = (context: StoreContext): DeliveriesPart => ({
  queueDeliveries: (channels, nowMs) => queueDeliveries(context, channels, nowMs),
  claimDeliveries: (nowMs, leaseMs, limit) => claimDeliveries(context, nowMs, leaseMs, limit),
  finishDelivery: async (id, { error, retryAtMs }, nowMs) => {
    const sent = error === null;
    await context.write
      .updateTable('deliveries')
      .set({
        status: sent ? 'sent' : retryAtMs === null ? 'failed' : 'pending',
        next_attempt_ms: sent ? null : retryAtMs,
        sent_ms: sent ? nowMs : null,
        error,
      })
      .where('id', '=', id)
      .execute();
  },
  listDeliveries: async (query) => {
    const limit = pageLimit(query);
    let select = context.read
      .selectFrom('deliveries')
      .innerJoin('monitors', 'monitors.id', 'deliveries.monitor_id')
      .leftJoin('flips', 'flips.id', 'deliveries.flip_id')
      .selectAll('deliveries')
      .select(['monitors.key as monitor_key', 'flips.to_health as to', 'flips.text as text'])
      .orderBy('deliveries.created_ms', 'desc')
      .orderBy('deliveries.id', 'desc')
      .limit(limit + 1);
    if (query.monitorId !== undefined) {
      select = select.where('deliveries.monitor_id', '=', query.monitorId);
    }
    const cursor = readTimeCursor(query.cursor);
    if (cursor !== null) {
      select = select.where(
        sql<boolean>`(deliveries.created_ms < ${cursor.timeMs} or
          (deliveries.created_ms = ${cursor.timeMs} and deliveries.id < ${cursor.name}))`,
      );
    }
    const page = cutPage(await select.execute(), limit, (row) =>
      timeCursor(row.created_ms, row.id),
    );
    return {
      items: page.items.map((row) => ({
        ...toDelivery(row, row.monitor_key),
        about: row.to === null || row.text === null ? null : { to: row.to, text: row.text },
      })),
      nextCursor: page.nextCursor,
    };
  },
});

const toDelivery = (row: DeliveryTable, monitorKey: string): Delivery => ({
  id: row.id,
  flipId: row.flip_id,
  monitorId: row.monitor_id,
  monitorKey,
  channel: row.channel,
  status: row.status,
  attempts: row.attempts,
  createdMs: row.created_ms,
  nextAttemptMs: row.next_attempt_ms,
  sentMs: row.sent_ms,
  error: row.error,
});

/** A flip is marked as told in the transaction that queues its messages: neither can happen without the other. */
const queueDeliveries = async (
  context: StoreContext,
  channels: readonly string[],
  nowMs: number,
): Promise<number> => {
  let queued = 0;
  let taken = flipsPerTransaction;
  while (taken === flipsPerTransaction) {
    const step = await context.write.transaction().execute(async (db) => {
      const untold = await sql<{
        id: string;
        monitor_id: string;
        voided_ms: number | null;
        wanted: string | null;
      }>`
        select flips.id, flips.monitor_id, flips.voided_ms,
          (select channels_json from monitors where monitors.id = flips.monitor_id) as wanted
        from flips where untold = 1 order by id limit ${flipsPerTransaction}
        ${skipLocked(context.kind)}`.execute(db);
      if (untold.rows.length === 0) return { taken: 0, queued: 0 };
      const rows = untold.rows.flatMap((flip): DeliveryTable[] => {
        // a failure that a late ping disproved before anyone was told is told to nobody
        if (flip.voided_ms !== null) return [];
        const wanted = flip.wanted === null ? null : (JSON.parse(flip.wanted) as string[]);
        return channels
          .filter((channel) => wanted === null || wanted.includes(channel))
          .map((channel) => newDelivery(flip, channel, nowMs));
      });
      for (const row of rows) {
        await db
          .insertInto('deliveries')
          .values(row)
          .onConflict((conflict) => conflict.columns(['flip_id', 'channel']).doNothing())
          .execute();
      }
      const ids = untold.rows.map((flip) => flip.id);
      await db.updateTable('flips').set({ untold: 0 }).where('id', 'in', ids).execute();
      return { taken: ids.length, queued: rows.length };
    });
    taken = step.taken;
    queued += step.queued;
  }
  return queued;
};

const newDelivery = (
  flip: { readonly id: string; readonly monitor_id: string },
  channel: string,
  nowMs: number,
): DeliveryTable => ({
  id: randomUUID(),
  flip_id: flip.id,
  monitor_id: flip.monitor_id,
  channel,
  status: 'pending',
  attempts: 0,
  created_ms: nowMs,
  next_attempt_ms: nowMs,
  sent_ms: null,
  error: null,
});

const claimDeliveries = async (
  context: StoreContext,
  nowMs: number,
  leaseMs: number,
  limit: number,
): ReturnType<AlertStore['claimDeliveries']> => {
  // the next attempt is planned before this one is made: a process that dies in between leaves it to another
  const claimed = await sql<DeliveryTable>`
    update deliveries set attempts = attempts + 1, next_attempt_ms = ${nowMs + leaseMs}
    where id in (select id from deliveries where next_attempt_ms <= ${nowMs} and status = 'pending'
      order by next_attempt_ms limit ${limit} ${skipLocked(context.kind)})
    returning *`.execute(context.write);
  if (claimed.rows.length === 0) return [];
  const flips = await context.write
    .selectFrom('flips')
    .innerJoin('monitors', 'monitors.id', 'flips.monitor_id')
    .selectAll('flips')
    .select('monitors.key as key')
    .where(
      'flips.id',
      'in',
      claimed.rows.map((row) => row.flip_id),
    )
    .execute();
  const byId = new Map<string, FlipTable & { key: string }>(flips.map((flip) => [flip.id, flip]));
  return claimed.rows.flatMap((row) => {
    const flip = byId.get(row.flip_id);
    return flip === undefined
      ? []
      : [{ ...toDelivery(row, flip.key), flip: toFlip(flip, flip.key) }];
  });
};
