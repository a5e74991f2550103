// Writes the history of the company into a monitor, as it would have come in.
import { historyMs, jobs, nowMs, outage } from './company.mjs';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const channels = ['on-call', 'team-chat'];

/** The same numbers at every call: pictures that were made twice are the same. */
const createRandom = (seed) => {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

const isOpen = ({ hours }, atMs) => {
  if (hours === undefined) return true;
  const hour = new Date(atMs).getUTCHours();
  return hour >= hours[0] && hour <= hours[1];
};

const isSilent = ({ silences = [], pausedMs = nowMs }, atMs) =>
  atMs >= pausedMs || silences.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);

/** The pings of one job, oldest first. */
const pingsOf = (job, random) => {
  if (job.runs === null) return [];
  const { everyMs, offsetMs } = job.runs;
  const fails = (job.fails ?? []).toSorted((one, other) => one.atMs - other.atMs);
  const pings = [];
  const first = Math.ceil((nowMs - historyMs) / everyMs) * everyMs + offsetMs;
  for (let atMs = first; atMs < nowMs; atMs += everyMs) {
    if (isSilent(job, atMs) || !isOpen(job, atMs)) continue;
    const fail = fails[0] !== undefined && fails[0].atMs <= atMs ? fails.shift() : undefined;
    pings.push(...run(job, atMs + Math.round(random() * 2000), fail, random));
  }
  return pings;
};

const run = (job, startedMs, fail, random) => {
  const { key, tookMs, host, metadata } = job;
  const runId = `${key}-${startedMs}`;
  const ping = (state, timestampMs, more) => ({
    monitor: { by: 'key', value: key },
    ping: {
      id: `${runId}-${state}`,
      state,
      timestampMs,
      receivedMs: timestampMs,
      dialect: 'lubdub',
      environment: 'production',
      host,
      ...more,
    },
  });
  if (tookMs === null) return [ping('success', startedMs, {})];
  const slow = random() > 0.96 ? 1.7 : 1;
  const durationMs = Math.round(tookMs * (0.8 + random() * 0.35) * slow * (fail ? 0.3 : 1));
  if (startedMs + durationMs > nowMs) {
    return [ping('start', startedMs, { runId })];
  }
  const end = { runId, durationMs, ...(metadata && !fail && { metadata: metadata(random) }) };
  const why = fail && {
    message: fail.message,
    ...(fail.exitCode !== null && { exitCode: fail.exitCode }),
  };
  return [
    ping('start', startedMs, { runId }),
    ping(fail ? 'fail' : 'success', startedMs + durationMs, { ...end, ...why }),
  ];
};

/** One run that is under way while the picture is taken. */
const running = (job) => ({
  monitor: { by: 'key', value: job.key },
  ping: {
    id: `${job.key}-open`,
    state: 'start',
    timestampMs: nowMs - 80_000,
    receivedMs: nowMs - 80_000,
    dialect: 'lubdub',
    runId: `${job.key}-open`,
    host: job.host,
  },
});

/** Whoever evaluates says so every few seconds; here nobody is waited for. */
const evaluate = async (store, atMs) => {
  if (atMs <= outage.fromMs || atMs > outage.toMs + hourMs)
    await store.putSetting('evaluator_alive_ms', String(atMs - 1));
  await store.evaluate(atMs);
  await tellChannels(store, atMs);
};

const tellChannels = async (store, atMs) => {
  await store.queueDeliveries(channels, atMs);
  for (const { id, channel, attempts } of await store.claimDeliveries(atMs, 60_000, 100)) {
    const refused = channel === 'team-chat' && attempts === 1 && id.charCodeAt(0) % 3 === 0;
    await store.finishDelivery(
      id,
      refused
        ? { error: 'answered 503', retryAtMs: atMs + 15_000 }
        : { error: null, retryAtMs: null },
      atMs,
    );
  }
};

/** Fills a store. */
export const writeHistory = async (store) => {
  const random = createRandom(7);
  const startMs = nowMs - historyMs - hourMs;
  await evaluate(store, startMs);
  for (const { key, settings } of jobs) await store.putMonitor(key, settings, 'file', startMs);
  const pings = jobs.flatMap((job) => pingsOf(job, random));
  pings.push(...jobs.filter(({ open }) => open === true).map(running));
  pings.sort((one, other) => one.ping.timestampMs - other.ping.timestampMs);
  const stepMs = 10 * 60_000;
  let taken = 0;
  for (let atMs = startMs + stepMs; ; atMs = Math.min(atMs + stepMs, nowMs)) {
    const from = taken;
    while (taken < pings.length && pings[taken].ping.timestampMs <= atMs) taken += 1;
    const away = atMs > outage.fromMs && atMs < outage.toMs;
    const part = pings.slice(from, taken);
    if (part.length > 0) await store.ingest(part);
    if (!away) await evaluate(store, atMs);
    for (const job of jobs) {
      if (job.pausedMs !== undefined && job.pausedMs > atMs - stepMs && job.pausedMs <= atMs)
        await store.setPaused(job.key, true, atMs);
    }
    if (atMs === nowMs) break;
  }
  await writeRequests(store, random);
  await writeAlerts(store);
};

const routes = [
  ['GET', '/products/:id', 0.34, 38, 0.001],
  ['GET', '/products', 0.22, 64, 0.001],
  ['GET', '/search', 0.15, 120, 0.004],
  ['POST', '/cart/items', 0.11, 45, 0.002],
  ['GET', '/cart', 0.09, 22, 0],
  ['POST', '/orders', 0.05, 310, 0.012],
  ['GET', '/orders/:id', 0.04, 41, 0.001],
];
const consumers = ['storefront', 'mobile-app', 'partner-eu', null];

const writeRequests = async (store, random) => {
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    const fromMs = nowMs - (hour + 1) * hourMs;
    const busy = 1 + Math.sin(((new Date(fromMs).getUTCHours() - 8) / 24) * 2 * Math.PI);
    const events = Array.from({ length: Math.round(60 + 160 * busy) }, () =>
      request(fromMs, random),
    );
    await store.addRequests(events);
  }
};

const request = (fromMs, random) => {
  let choice = random();
  const [method, path, , median, broken] =
    routes.find(([, , share]) => (choice -= share) < 0) ?? routes[0];
  const chance = random();
  const ok = method === 'POST' ? 201 : 200;
  const statusCode = chance < broken * 3 ? 503 : chance < 0.05 ? 404 : chance < 0.12 ? 304 : ok;
  return {
    method,
    path,
    statusCode,
    responseTimeMs: median * (0.5 + random() * random() * 5),
    requestSize: 300,
    responseSize: Math.round(900 + random() * 14_000),
    consumerId: consumers[Math.floor(random() ** 2 * consumers.length)],
    timestampMs: fromMs + Math.floor(random() * hourMs),
  };
};

const writeAlerts = async (store) => {
  const source = await store.putAlertSource('deploys', 'sev4', nowMs - dayMs);
  const raise = (title, severity, groupKey, description, atMs) =>
    store.raiseAlert(source, { title, severity, groupKey, description }, atMs);
  const disk = 'Volume /var/lib/postgresql on db-1 is 91 % full.';
  for (const hours of [5, 3, 1]) {
    await raise('Disk almost full on db-1', 'sev2', 'disk-db-1', disk, nowMs - hours * hourMs);
  }
  const deploy = 'Health check of release 2026.11.18-2 failed; rolled back.';
  const { alert } = await raise(
    'Deploy rolled back',
    'sev1',
    'deploy',
    deploy,
    nowMs - 19 * hourMs,
  );
  await store.resolveAlert(alert.id, nowMs - 18 * hourMs);
};
