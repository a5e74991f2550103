// Two processes evaluate the same PostgreSQL database; one of them is killed in the middle. Is a flip lost or doubled?
// BENCH_DATABASE_URL names an empty database. `pnpm --filter @lubdub/monitor build` first.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startMonitor } from '../packages/monitor/dist/index.js';
import { copyMonitor } from './monitor/many-monitors.mjs';

const databaseUrl = process.env.BENCH_DATABASE_URL;
if (databaseUrl === undefined)
  throw new Error('BENCH_DATABASE_URL takes the address of an empty database');
const count = Number(process.env.BENCH_MONITORS ?? 100_000);
const idle = { wallMs: () => Date.now(), setTimer: () => 0, clearTimer: () => {} };

const evaluateAsChild = async () => {
  const { store } = await startMonitor({ port: 0, databaseUrl, clock: idle });
  const evaluate = async (dueMs) => {
    process.send({ flips: (await store.evaluate(dueMs)).flips.length });
  };
  process.once('message', (dueMs) => void evaluate(dueMs));
  process.send('ready');
};

const createMonitors = async ({ store }, dueMs) => {
  await store.putMonitor('job', {}, 'api', dueMs);
  await copyMonitor({ databaseUrl }, count, {
    health: `'up'`,
    next_due_ms: String(dueMs),
    due_cause: `'missed'`,
    due_text: `'no heartbeat received within 1 minute + 1 minute'`,
  });
};

const run = async () => {
  const pg = createRequire(new URL('../packages/monitor/package.json', import.meta.url))('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const monitor = await startMonitor({ port: 0, databaseUrl, clock: idle });
  await createMonitors(monitor, Date.now() + 3_600_000);
  const children = [0, 1].map(() => fork(fileURLToPath(import.meta.url), ['child']));
  await Promise.all(
    children.map((child) => new Promise((resolve) => child.once('message', resolve))),
  );
  const [victim, survivor] = children;
  // servers evaluate when they start; a little ahead of the clock is what they have not seen, and no downtime of theirs
  await monitor.store.evaluate(Date.now());
  const dueMs = Date.now() + 10_000;
  await client.query('update monitors set next_due_ms = $1 where due_cause is not null', [dueMs]);
  const startedMs = performance.now();
  const done = new Promise((resolve) => survivor.once('message', resolve));
  for (const child of children) child.send(dueMs);
  const flipped = async () =>
    Number((await client.query(`select count(*) from flips where cause = 'missed'`)).rows[0].count);
  while ((await flipped()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  victim.kill('SIGKILL');
  const { flips } = await done;
  // what the victim held when it died is free again only after its connection is gone
  while ((await flipped()) < count) await monitor.store.evaluate(dueMs);
  const ms = performance.now() - startedMs;
  const { rows } = await client.query(
    `select count(*) as all, count(distinct monitor_id) as distinct from flips where cause = 'missed'`,
  );
  console.log(`${count} monitors in ${ms.toFixed(0)} ms, ${flips} flips by the survivor`);
  console.log(
    `flips ${rows[0].all}, of different monitors ${rows[0].distinct}: none lost, none doubled = ${Number(rows[0].all) === count && Number(rows[0].distinct) === count}`,
  );
  survivor.kill();
  await monitor.close();
  await client.end();
};

await (process.argv[2] === 'child' ? evaluateAsChild() : run());
