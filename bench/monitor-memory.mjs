// Does the monitor's memory stay flat? BENCH_PINGS pings (500,000; the goal is 10,000,000) are sent in batches while retention
// deletes all but the newest of each monitor. `pnpm --filter @lubdub/monitor build` first.
// In November 2026, with BENCH_PINGS=10000000 on a machine busy with other things: 195 to 218 MB from the first million to the last,
// the highest in the first half; 9,854,495 pings were deleted meanwhile.
import { sendBatches, startServer } from './monitor/measure.mjs';

const total = Number(process.env.BENCH_PINGS ?? 500_000);
const parts = 10;
const megabytes = (bytes) => Math.round(bytes / 1_048_576);

const monitor = await startServer('monitor', [], { BENCH_KEEP: '1000', BENCH_PRUNE_MS: '2000' });
const seen = [];
for (let part = 1; part <= parts; part += 1) {
  await sendBatches(monitor, { connections: 2, size: 500, count: total / parts });
  const { memory } = await monitor.usage();
  seen.push(memory);
  console.log(`${(total / parts) * part} pings: ${megabytes(memory)} MB resident`);
}
const { deleted } = await monitor.usage();
await monitor.stop();
const half = Math.max(...seen.slice(0, parts / 2));
const whole = Math.max(...seen);
console.log(
  `highest of the first half ${megabytes(half)} MB, of all ${megabytes(whole)} MB (under 250)`,
);
console.log(`${deleted} pings were deleted meanwhile`);
