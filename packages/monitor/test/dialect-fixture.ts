import type { MonitorSummary, StoredPing } from '../src/model.ts';
import type { RunningMonitor } from '../src/index.ts';
import type { MonitorFixture } from './running-monitor.ts';
import { postJson } from './running-monitor.ts';

/** The admin key of the monitors under test. */
export const adminKey = 'an-admin-key-for-tests';

/** An `Authorization` header. */
export const bearer = (key: string): { authorization: string } => ({
  authorization: `Bearer ${key}`,
});

/** A monitor "job" behind keys. */
export interface DialectFixture {
  readonly start: () => Promise<RunningMonitor>;
  readonly createKey: (monitor: RunningMonitor, scope: string) => Promise<string>;
  readonly job: (monitor: RunningMonitor) => Promise<MonitorSummary>;
  /** Every stored ping, oldest first, without its ids. */
  readonly pingsOf: (monitor: RunningMonitor) => Promise<Omit<StoredPing, 'id' | 'monitorId'>[]>;
}

/** What the tests of the dialects have in common. */
export const dialectFixture = (fixture: MonitorFixture): DialectFixture => ({
  start: () =>
    fixture.start({
      adminKey,
      opshiftSecrets: ['new-secret', 'old-secret'],
      monitors: { job: {} },
    }),
  createKey: async (monitor, scope) => {
    const url = `${monitor.url}/api/v1/keys`;
    const answer = await postJson(url, { name: 'test', scope }, bearer(adminKey));
    return ((await answer.json()) as { secret: string }).secret;
  },
  job: async (monitor) => {
    const found = await monitor.store.getMonitor('job', fixture.clock.wallMs());
    if (found === null) throw new Error('no monitor "job"');
    return found;
  },
  pingsOf: async (monitor) =>
    (await monitor.store.listPings({})).items
      .toReversed()
      .map(({ id: _id, monitorId: _monitorId, ...ping }) => ping),
});
