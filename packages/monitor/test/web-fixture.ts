import type { ChannelOptions, RunningMonitor } from '../src/index.ts';
import { postJson } from './running-monitor.ts';

/** What signs in as administrator in these tests. */
export const adminKey = 'admin-key-of-the-web-tests';

/** A text that would run, break out or call home wherever it is written unescaped. */
export const hostile = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'\`\${window.pwned=1}{{7*7}}</title></textarea></code></pre>&lt;`;

/** A channel whose name and recipient are hostile, too. */
export const hostileChannels: Readonly<Record<string, ChannelOptions>> = {
  [hostile]: { kind: 'email', smtpUrl: 'smtp://127.0.0.1:9', from: 'a@example.org', to: hostile },
};

/** Puts the hostile text into everything that others can write. @returns the key of the worst monitor. */
export const seedHostile = async (monitor: RunningMonitor, nowMs: number): Promise<string> => {
  const { store } = monitor;
  const key = `javascript:window.pwned=1//${hostile}`.slice(0, 250);
  await store.putMonitor(
    key,
    {
      name: hostile.slice(0, 190),
      tags: [hostile.slice(0, 100)],
      channels: [hostile.slice(0, 100)],
      schedule: { kind: 'interval', intervalMs: 60_000 },
      maintenance: [
        { kind: 'cron', expression: '0 3 * * *', timezone: 'Europe/Berlin', durationMs: 1000 },
        { kind: 'once', fromMs: 0, toMs: 1000 },
      ],
    },
    'api',
    nowMs,
  );
  const ping = {
    key,
    timestampMs: nowMs,
    runId: hostile.slice(0, 64),
    host: hostile.slice(0, 200),
  };
  const answer = await postJson(
    `${monitor.url}/api/v1/pings`,
    {
      pings: [
        { ...ping, id: hostile.slice(0, 60), state: 'start' },
        {
          ...ping,
          id: 'end',
          state: 'fail',
          message: `${hostile}\n${hostile}`,
          reason: hostile.slice(0, 100),
          durationMs: 1200,
          metadata: { [hostile]: hostile, __proto__: { polluted: 1 } },
          metrics: { [hostile]: 1 },
          environment: hostile.slice(0, 200),
          instance: hostile.slice(0, 200),
          groupKey: hostile.slice(0, 200),
        },
      ],
    },
    { authorization: `Bearer ${adminKey}` },
  );
  const { accepted } = (await answer.json()) as { accepted: number };
  if (accepted !== 2) throw new Error('the hostile pings were not accepted');
  await store.queueDeliveries([hostile], nowMs);
  const source = await store.putAlertSource(hostile, 'sev4', nowMs);
  const alert = { title: hostile, description: hostile, severity: 'sev0', groupKey: 'g' } as const;
  await store.raiseAlert(source, { ...alert, metadata: { [hostile]: hostile } }, nowMs);
  await store.addRequests([
    {
      method: 'GET',
      path: hostile,
      statusCode: 200,
      responseTimeMs: 5,
      requestSize: 1,
      responseSize: 1,
      consumerId: hostile,
      timestampMs: nowMs,
    },
  ]);
  await store.addApiKey(
    { id: 'aaaaaaaaaaaa', name: hostile, scope: 'ping', createdMs: nowMs, lastUsedMs: null },
    'no hash',
  );
  return key;
};

/** Monitors as many as a board shows at once, each with as many runs as a row shows. */
export const seedBoard = async (
  monitor: RunningMonitor,
  count: number,
  nowMs: number,
): Promise<void> => {
  const { store } = monitor;
  for (let index = 0; index < count; index += 1) {
    const key = `customer-report-${String(index).padStart(4, '0')}`;
    const name = `Report of customer number ${index}`;
    await store.putMonitor(
      key,
      { name, tags: ['reports', 'nightly'], schedule: { kind: 'interval', intervalMs: 3_600_000 } },
      'api',
      nowMs - 86_400_000,
    );
    const items = Array.from({ length: 26 }, (_, run) => {
      const timestampMs = nowMs - (26 - run) * 60_000;
      const state = (index + run) % 9 === 0 ? ('fail' as const) : ('success' as const);
      const times = { timestampMs, receivedMs: timestampMs, durationMs: (run * 7919) % 9000 };
      const ping = {
        id: `${index}-${run}`,
        state,
        dialect: 'lubdub',
        message: 'disk full',
        ...times,
      };
      return { monitor: { by: 'key' as const, value: key }, ping };
    });
    await store.ingest(items);
  }
};

/** Every page there is, for a monitor with this key. */
export const everyPage = (key: string): readonly string[] => {
  const monitor = `/monitors/${encodeURIComponent(key)}`;
  return [
    '/',
    '/?state=down&q=a&tag=b',
    '/new',
    monitor,
    `${monitor}?span=90d`,
    `${monitor}/runs`,
    `${monitor}/history`,
    `${monitor}/pings`,
    `${monitor}/setup`,
    `${monitor}/edit`,
    '/alerts',
    '/alerts?view=received',
    '/alerts?view=changes',
    '/alerts?view=channels',
    `${monitor}/edit?window=0`,
    '/requests',
    '/settings',
    '/monitors/there-is-none',
  ];
};
