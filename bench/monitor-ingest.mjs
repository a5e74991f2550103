// What does keeping a ping cost? Single pings and batches over HTTP, each acknowledged after it is on disk, beside the same
// route without a store. `pnpm --filter @lubdub/monitor build` first. Rounds alternate, so that a busy machine hits both.
// BENCH_PROFILE=<folder> writes a processor profile of the monitor there. BENCH_CRON='*/5 * * * *' gives the monitors that expression
// where they have an interval otherwise.
import { measurePings, startServer } from './monitor/measure.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const durationMs = Number(process.env.BENCH_MS ?? 3000);
const single = { connections: Number(process.env.BENCH_CONNECTIONS ?? 256), size: 1, durationMs };
const batch = { connections: 4, size: 500, durationMs };
const profile = process.env.BENCH_PROFILE;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (figures, name) => median(figures.map((figure) => figure[name]));

const bare = await startServer('bare');
const monitor = await startServer(
  'monitor',
  profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
);
for (const server of [bare, monitor]) await measurePings(server, { ...single, durationMs: 1000 });
const figures = { bare: [], single: [], batch: [] };
for (let round = 0; round < rounds; round += 1) {
  figures.bare.push(await measurePings(bare, single));
  figures.single.push(await measurePings(monitor, single));
  if (process.env.BENCH_BATCH !== '0') figures.batch.push(await measurePings(monitor, batch));
}
const { memory } = await monitor.usage();
await monitor.stop();
await bare.stop();
const ratio = (name) =>
  median(figures.single.map((figure, index) => figure[name] / figures.bare[index][name]));
const show = (label, list, note) => {
  if (list.length === 0) return;
  const cpu = of(list, 'cpuMicros').toFixed(1);
  console.log(
    `${label.padEnd(15)} ${Math.round(of(list, 'perSecond'))} pings/s, ${cpu} µs of processor each${note}`,
  );
};
show('bare route', figures.bare, '');
show(
  'stored, single',
  figures.single,
  `; ratio ${ratio('perSecond').toFixed(2)} (at least 0.70), of processor time ${ratio('cpuMicros').toFixed(2)}`,
);
show('stored, batch', figures.batch, ' (at least 15000)');
console.log(`resident        ${Math.round(memory / 1_048_576)} MB (under 250)`);
