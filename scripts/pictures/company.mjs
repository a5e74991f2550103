// The jobs of a small company that exists nowhere: what the pictures of the documentation show.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The moment of the pictures. It stands still, so that making them again changes what the pages changed, and the ids of monitors. */
export const nowMs = Date.UTC(2026, 10, 26, 9, 42, 20);
/** How much history there is. */
export const historyMs = 30 * dayMs;

/** A whole number of a time zone's day, as milliseconds since its midnight in UTC. */
const daily = (hours, minutes) => ({
  everyMs: dayMs,
  offsetMs: hours * hourMs + minutes * minuteMs,
});
const every = (everyMs, offsetMs = 0) => ({ everyMs, offsetMs });
const cron = (expression, timezone = 'Europe/Berlin') => ({ kind: 'cron', expression, timezone });
const interval = (intervalMs) => ({ kind: 'interval', intervalMs });
const ago = (days, hours = 0, minutes = 0) =>
  nowMs - days * dayMs - hours * hourMs - minutes * minuteMs;

/**
 * Each job: how it is declared, when it runs, how long it takes, and what went wrong. A `fail` hits the run at or after
 * that time; in a `silence` it does not run at all.
 */
export const jobs = [
  {
    key: 'nightly-backup',
    settings: {
      name: 'Nightly backup',
      schedule: cron('0 2 * * *'),
      graceMs: 15 * minuteMs,
      maxDurationMs: hourMs,
      tags: ['database', 'nightly'],
    },
    runs: daily(1, 0),
    tookMs: 18 * minuteMs,
    host: 'db-1',
    fails: [
      { atMs: ago(12), exitCode: 1, message: 'pg_dump: error: connection to server was lost' },
    ],
    metadata: (random) => ({
      bytes: 4_180_000_000 + Math.round(random() * 90_000_000),
      tables: 86,
    }),
  },
  {
    key: 'invoice-mailing',
    settings: {
      name: 'Invoice mailing',
      schedule: interval(hourMs),
      graceMs: 5 * minuteMs,
      maxDurationMs: 20 * minuteMs,
      tags: ['billing'],
    },
    runs: every(hourMs, 4 * minuteMs),
    tookMs: 52_000,
    host: 'worker-2',
    fails: [
      {
        atMs: ago(0, 1, 50),
        exitCode: null,
        message: 'SMTP 454: TLS not available due to temporary reason',
      },
      {
        atMs: ago(0, 0, 50),
        exitCode: null,
        message: 'SMTP 454: TLS not available due to temporary reason',
      },
      { atMs: ago(9, 3), exitCode: null, message: 'ECONNREFUSED 10.0.4.17:587' },
    ],
  },
  {
    key: 'price-feed',
    settings: {
      name: 'Supplier price feed',
      schedule: interval(10 * minuteMs),
      graceMs: 5 * minuteMs,
      tags: ['catalog', 'external'],
    },
    runs: every(10 * minuteMs, minuteMs),
    tookMs: 9_400,
    host: 'worker-1',
    fails: [{ atMs: ago(4, 7), exitCode: null, message: 'HTTP 503 from prices.example.com' }],
    silences: [{ fromMs: ago(0, 0, 26), toMs: nowMs }],
  },
  {
    key: 'api',
    settings: {
      name: 'Shop API',
      schedule: interval(minuteMs * 5),
      graceMs: 2 * minuteMs,
      tags: ['liveness'],
    },
    runs: every(5 * minuteMs, minuteMs),
    tookMs: null,
    host: 'api-1',
    silences: [{ fromMs: ago(17, 2), toMs: ago(17, 1, 20) }],
  },
  {
    key: 'search-index',
    settings: {
      name: 'Search index',
      schedule: interval(30 * minuteMs),
      graceMs: 10 * minuteMs,
      maxDurationMs: 15 * minuteMs,
      tags: ['catalog'],
    },
    runs: every(30 * minuteMs, 7 * minuteMs),
    tookMs: 6.2 * minuteMs,
    host: 'worker-1',
    fails: [
      { atMs: ago(2, 5), exitCode: 137, message: 'Killed: out of memory while merging segments' },
      {
        atMs: ago(2, 4, 30),
        exitCode: 137,
        message: 'Killed: out of memory while merging segments',
      },
      { atMs: ago(5, 14), exitCode: 1, message: 'index is locked by another writer' },
    ],
    silences: [{ fromMs: ago(6, 3), toMs: ago(6, 0, 20) }],
    metadata: (random) => ({ documents: 48_200 + Math.round(random() * 900), segments: 12 }),
  },
  {
    key: 'stock-import',
    settings: {
      name: 'Warehouse stock import',
      schedule: cron('*/15 6-22 * * *'),
      graceMs: 5 * minuteMs,
      maxDurationMs: 10 * minuteMs,
      tags: ['catalog', 'external'],
    },
    runs: every(15 * minuteMs, 0),
    hours: [5, 21],
    tookMs: 2.4 * minuteMs,
    host: 'worker-2',
    fails: [{ atMs: ago(1, 20), exitCode: 1, message: 'row 1184: unknown warehouse "LEJ3"' }],
    open: true,
  },
  {
    key: 'payment-reconciliation',
    settings: {
      name: 'Payment reconciliation',
      schedule: cron('30 5 * * *'),
      graceMs: 30 * minuteMs,
      maxDurationMs: hourMs,
      tags: ['billing', 'nightly'],
    },
    runs: daily(4, 30),
    tookMs: 11 * minuteMs,
    host: 'worker-2',
  },
  {
    key: 'thumbnails',
    settings: {
      name: 'Product thumbnails',
      schedule: interval(20 * minuteMs),
      graceMs: 10 * minuteMs,
      tags: ['catalog'],
    },
    runs: every(20 * minuteMs, 11 * minuteMs),
    tookMs: 74_000,
    host: 'worker-1',
    fails: [{ atMs: ago(20, 6), exitCode: null, message: 'unsupported image format' }],
  },
  {
    key: 'certificates',
    settings: {
      name: 'Certificate renewal',
      schedule: cron('15 4 * * *', 'UTC'),
      graceMs: hourMs,
      tags: ['infrastructure'],
    },
    runs: daily(4, 15),
    tookMs: 8_000,
    host: 'edge-1',
  },
  {
    key: 'session-cleanup',
    settings: {
      name: 'Session clean-up',
      schedule: interval(hourMs),
      graceMs: 10 * minuteMs,
      tags: ['database'],
    },
    runs: every(hourMs, 31 * minuteMs),
    tookMs: 4_100,
    host: 'db-1',
  },
  {
    key: 'newsletter',
    settings: {
      name: 'Newsletter',
      schedule: cron('0 9 * * 5'),
      graceMs: hourMs,
      tags: ['marketing'],
    },
    runs: null,
  },
  {
    key: 'legacy-export',
    settings: {
      name: 'Legacy ERP export',
      schedule: cron('45 23 * * *'),
      graceMs: 30 * minuteMs,
      tags: ['external', 'nightly'],
    },
    runs: daily(22, 45),
    tookMs: 3 * minuteMs,
    host: 'worker-2',
    pausedMs: ago(3, 1),
  },
];

/** Times and lengths of the monitor's own absence. */
export const outage = { fromMs: ago(5, 2), toMs: ago(5, 0, 40) };
