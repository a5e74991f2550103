// An outage seen by the job: a wrapped no-op a millisecond on a simulated clock, while the service is healthy, down, hangs or
// answers 500. With `url` the requests go over a real socket, else over a simulated transport.
import { setImmediate as turn } from 'node:timers/promises';

const { mode, runs, url, timeoutMs } = JSON.parse(process.argv[2]);
const dist = (path) => new URL(`../../packages/core/dist/${path}`, import.meta.url);
const { createHeartbeat, createNodeTransport } = await import(dist('index.js'));
const { lubdub } = await import(dist('providers/lubdub.js'));
const { failWith, respond } = await import(dist('testing.js'));

/** A clock that a run moves by a millisecond; due timers fire between two runs, what is deferred in the next turn. */
const timers = new Set();
let nowMs = 1_000;
const startedAt = Date.UTC(2026, 0, 1);
const clock = {
  wallMs: () => startedAt + nowMs,
  monotonicMs: () => nowMs,
  setTimer(callback, delayMs, hold = false) {
    const timer = { dueMs: nowMs + delayMs, callback, hold };
    timers.add(timer);
    return timer;
  },
  clearTimer: (timer) => timers.delete(timer),
  defer: (callback) => void setImmediate(() => callback()),
};
const tick = () => {
  nowMs += 1;
  for (const timer of timers) {
    if (timer.dueMs > nowMs) continue;
    timers.delete(timer);
    timer.callback();
  }
};

const answers = {
  healthy: () => respond(200, '{"accepted":1,"duplicates":0,"rejected":[]}'),
  down: () => failWith('refused'),
  500: () => respond(500),
};
const simulated = {
  name: 'simulated',
  send(request, done) {
    if (mode === 'hangs') clock.setTimer(() => done(failWith('timeout', true)), request.timeoutMs);
    else setImmediate(() => done(answers[mode]()));
  },
  close() {},
};
const heartbeat = createHeartbeat({
  provider: lubdub({ baseUrl: url ?? 'http://localhost:1' }),
  clock,
  transport: url === undefined ? simulated : createNodeTransport(),
  timeoutMs,
  logger: { warn() {}, error() {} },
});
const job = heartbeat.wrap('busy', () => 1);

const slice = 50;
/** Calls the job so often; returns what a call took in each slice, µs, and the most pings kept. */
const work = async (count) => {
  const slicesUs = new Float64Array(count / slice);
  let mostKept = 0;
  for (let done = 0; done < count; done += slice) {
    const started = performance.now();
    for (let index = 0; index < slice; index += 1) job();
    slicesUs[done / slice] = ((performance.now() - started) * 1_000) / slice;
    for (let index = 0; index < slice; index += 1) tick();
    mostKept = Math.max(mostKept, heartbeat.stats().pending);
    await turn();
  }
  return { slicesUs: slicesUs.toSorted(), mostKept };
};
const heapMb = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1_048_576;
};

await turn();
const handlesBefore = process.getActiveResourcesInfo().length;
await work(50_000);
const before = heapMb();
const { slicesUs, mostKept } = await work(runs);
const { providers, runs: counted } = heartbeat.stats();
const { outcomes, dropped, requests } = providers[0];
process.send(
  {
    runs: counted.started,
    jobUs: slicesUs[slicesUs.length >> 1],
    p99Us: slicesUs[Math.floor(slicesUs.length * 0.99)],
    growthMb: heapMb() - before,
    rssMb: process.memoryUsage().rss / 1_048_576,
    mostKept,
    requests,
    held: [...timers].filter(({ hold }) => hold).length,
    handles: process.getActiveResourcesInfo().length - handlesBefore,
    outcomes,
    dropped,
  },
  () => process.exit(),
);
