// Runs as a child of the benchmarks: the monitor, or the bare route that it is compared with.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startMonitor } from '../../packages/monitor/dist/index.js';

const [kind, dataDir] = process.argv.slice(2);

const startBare = async () => {
  // the framework is the monitor's own
  const fastify = createRequire(new URL('../../packages/monitor/package.json', import.meta.url))(
    'fastify',
  );
  const app = fastify();
  app.post('/api/v1/pings', (request) => {
    const { pings } = request.body;
    return { accepted: pings.length, duplicates: 0, rejected: [] };
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
};

/** Retention that deletes while pings come in: every few seconds, where the monitor's own does so every hour. */
const keepPruning = (store) => {
  const keep = Number.MAX_SAFE_INTEGER / 2;
  const pingsPerMonitor = Number(process.env.BENCH_KEEP);
  const retention = {
    pingsMs: keep,
    pingsPerMonitor,
    runsMs: keep,
    historyMs: keep,
    hourlyMs: keep,
  };
  const prune = async () => {
    deleted += await store.prune(Date.now(), retention);
  };
  let pruning = null;
  const timer = setInterval(() => {
    pruning ??= prune().finally(() => {
      pruning = null;
    });
  }, Number(process.env.BENCH_PRUNE_MS));
  stopPruning = async () => {
    clearInterval(timer);
    await pruning;
  };
};
let stopPruning = async () => {};
let deleted = 0;

const startFull = async () => {
  const schedule = process.env.BENCH_CRON
    ? { schedule: process.env.BENCH_CRON, timezone: 'Europe/Berlin' }
    : { intervalMs: 60_000 };
  const monitors = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`job-${index}`, schedule]),
  );
  const databaseUrl = process.env.BENCH_DATABASE_URL;
  const monitor = await startMonitor({
    port: 0,
    monitors,
    ...(databaseUrl ? { databaseUrl } : { dataDir }),
  });
  if (process.env.BENCH_KEEP) keepPruning(monitor.store);
  process.on('disconnect', () => {
    void stopPruning()
      .then(() => monitor.close())
      .then(() => rmSync(dataDir, { recursive: true, force: true }));
  });
  return monitor.url;
};

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send({ memory: process.memoryUsage.rss(), cpuMicros: user + system, deleted });
});
process.send({ url: await (kind === 'bare' ? startBare() : startFull()) });
