import { sql } from 'kysely';

import { elapse } from '../evaluate/elapse.ts';
import type { Flip, Outage } from '../model.ts';
import type { StoreContext } from './context.ts';
import { skipLocked } from './context.ts';
import { missDue } from './miss-due.ts';
import { toDefinition, toMachine } from './rows.ts';
import type { Executor, MonitorRow } from './schema.ts';
import type { EvaluationResult, StoreEvent } from './store.ts';
import { addTransition, createChanges } from './changes.ts';
import { writeChanges } from './write-changes.ts';

/** How many monitors one transaction flips; between two of them pings get their turn. */
const chunkSize = 10_000;
/** How often the evaluator notes that it is alive. */
const aliveEveryMs = 5000;
/** Away for longer than this, the evaluator was down. */
const downAfterMs = 20_000;

const aliveSetting = 'evaluator_alive_ms';

/** Flips every monitor whose deadline has passed. */
export const evaluateDue = async (
  context: StoreContext,
  nowMs: number,
): Promise<EvaluationResult> => {
  const outage = await noteAlive(context, nowMs);
  const flips: Flip[] = [];
  const due = await context.read
    .selectFrom('monitors')
    .select('id')
    .where('due_cause', 'in', ['missed', 'stuck'])
    .where('next_due_ms', '<=', nowMs)
    .limit(1)
    .execute();
  let more = due.length > 0;
  while (more) {
    const missed = await missDue(context, nowMs, chunkSize);
    const stuck = await giveUpChunk(context, nowMs);
    flips.push(...missed, ...stuck.flips);
    publish(context, [...missed, ...stuck.flips]);
    more = missed.length === chunkSize || stuck.count === chunkSize;
    if (more) await new Promise((resolve) => setImmediate(resolve));
  }
  return { flips, outage };
};

const publish = (context: StoreContext, flips: readonly Flip[]): void => {
  if (flips.length === 0) return;
  context.publish(
    flips.map((flip): StoreEvent => ({ type: 'flip', monitorKey: flip.monitorKey, flip })),
  );
};

/** Stuck runs are few, and each may leave others open: they go through the machine. */
const giveUpChunk = (
  context: StoreContext,
  nowMs: number,
): Promise<{ readonly count: number; readonly flips: readonly Flip[] }> =>
  context.write.transaction().execute(async (db) => {
    const due = await sql<MonitorRow>`select * from monitors
      where due_cause = 'stuck' and next_due_ms <= ${nowMs}
      order by next_due_ms limit ${chunkSize} ${skipLocked(context.kind)}`.execute(db);
    if (due.rows.length === 0) return { count: 0, flips: [] };
    context.cache?.clear();
    const changes = createChanges();
    for (const row of due.rows) {
      const monitor = toDefinition(row);
      const machine = toMachine(row);
      addTransition(
        changes,
        monitor,
        machine,
        elapse(monitor, machine, nowMs, context.evaluation),
        nowMs,
      );
    }
    await writeChanges(context, db, changes, nowMs);
    return { count: due.rows.length, flips: changes.flips };
  });

/** @returns the outage that ends now, if there was one. */
const noteAlive = async (context: StoreContext, nowMs: number): Promise<Outage | null> => {
  const known = await context.read
    .selectFrom('settings')
    .select('value')
    .where('name', '=', aliveSetting)
    .executeTakeFirst();
  if (known !== undefined && nowMs - Number(known.value) < aliveEveryMs) return null;
  return context.write.transaction().execute(async (db) => {
    await db
      .insertInto('settings')
      .values({ name: aliveSetting, value: String(nowMs) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const row = await sql<{ value: string }>`select value from settings where name = ${aliveSetting}
      ${context.kind === 'postgres' ? sql`for update` : sql``}`.execute(db);
    const aliveMs = Number(row.rows[0]?.value ?? nowMs);
    if (nowMs <= aliveMs) return null;
    await db
      .updateTable('settings')
      .set({ value: String(nowMs) })
      .where('name', '=', aliveSetting)
      .execute();
    if (nowMs - aliveMs < downAfterMs) return null;
    const outage = { fromMs: aliveMs, toMs: nowMs };
    context.cache?.clear();
    await excuse(db, outage);
    return outage;
  });
};

/** What {@link import('../evaluate/elapse.ts').excuseDowntime} says, for every monitor in one statement. */
const excuse = async (db: Executor, outage: Outage): Promise<void> => {
  await db.insertInto('outages').values({ from_ms: outage.fromMs, to_ms: outage.toMs }).execute();
  const now = sql`cast(${outage.toMs} as bigint)`;
  await sql`update monitors set floor_ms = ${now}, next_due_ms = ${now} + grace_ms
    where next_due_ms < ${now} + grace_ms`.execute(db);
};
