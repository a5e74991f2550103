// Does a deadline cost anything while it is not due, and what do a thousand and 100,000 at once cost? And the board of 10,000
// monitors. `pnpm --filter @lubdub/monitor build` first. BENCH_DATABASE_URL names an empty database of PostgreSQL; without it
// the store is SQLite.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMonitor } from '../packages/monitor/dist/index.js';
import { copyMonitor } from './monitor/many-monitors.mjs';

const evaluated = Number(process.env.BENCH_MONITORS ?? 100_000);
const shown = 10_000;
const hourMs = 3_600_000;
const databaseUrl = process.env.BENCH_DATABASE_URL;
const nowMs = Date.now();
// a clock of its own that stands still: nothing is evaluated but what is asked for
const clock = { wallMs: () => nowMs, setTimer: () => 0, clearTimer: () => {} };

const ping = (key, state, timestampMs, id) => ({
  monitor: { by: 'key', value: key },
  ping: { id, state, timestampMs, receivedMs: timestampMs, dialect: 'bench', durationMs: 5 },
});

/** Works on a store that holds `count` monitors with a beat a minute, each of which has pinged once. */
const withStore = async (count, own, work) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubdub-bench-'));
  const place = databaseUrl ? { databaseUrl } : { dataDir };
  const start = () => startMonitor({ port: 0, clock, ...place });
  const first = await start();
  const schedule = { kind: 'interval', intervalMs: 60_000 };
  await first.store.putMonitor('job', { schedule, graceMs: 60_000 }, 'api', nowMs);
  await first.store.ingest([ping('job', 'success', nowMs, 'first')]);
  await first.close();
  await copyMonitor(place, count - 1, own);
  const monitor = await start();
  await work(monitor.store);
  await monitor.close();
  rmSync(dataDir, { recursive: true, force: true });
};

const timed = async (work) => {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedMs, cpuMs: (user + system) / 1000, result };
};

const showBoard = async (store) => {
  for (let day = 1; day <= 30; day += 1) {
    for (let first = 1; first <= 1000; first += 500) {
      const keys = Array.from({ length: 500 }, (_, index) => `job-${first + index}`);
      const beat = (state, atMs) =>
        store.ingest(keys.map((key) => ping(key, state, atMs, `${state}-${day}`)));
      await beat('fail', nowMs + day * hourMs);
      await beat('success', nowMs + day * hourMs + 60_000);
    }
  }
  const atMs = nowMs + 31 * hourMs;
  await store.listMonitors({ limit: 100 }, atMs);
  const page = await timed(() => store.listMonitors({ limit: 100 }, atMs));
  const middle = await timed(() => store.listMonitors({ limit: 100, cursor: 'job-5' }, atMs));
  const states = await timed(() => store.countStates(atMs));
  console.log(
    `board of ${shown}: first page ${page.ms.toFixed(1)} ms, one in the middle ${middle.ms.toFixed(1)} ms (under 100)`,
  );
  console.log(`states of ${shown} counted in ${states.ms.toFixed(1)} ms`);
};

const evaluate = async (store) => {
  const dueMs = nowMs + 120_000;
  for (let atMs = nowMs; atMs < dueMs - 1000; atMs += 15_000) await store.evaluate(atMs);
  console.log(`evaluation of ${evaluated} monitors on ${store.kind} (under 1000 ms)`);
  const show = async (name, atMs) => {
    const { ms, cpuMs, result } = await timed(() => store.evaluate(atMs));
    const flips = String(result.flips.length).padStart(6);
    console.log(`${name} ${flips} flips, ${ms.toFixed(1)} ms, ${cpuMs.toFixed(1)} of processor`);
  };
  await show('none due', dueMs - 1500);
  await show('few due ', dueMs - 1000);
  await show('all due ', dueMs);
};

if (!databaseUrl) await withStore(shown, {}, showBoard);
// a thousand are due a second before the others
const early = `next_due_ms - case when number <= 1000 then 1000 else 0 end`;
await withStore(evaluated, { next_due_ms: early }, evaluate);
